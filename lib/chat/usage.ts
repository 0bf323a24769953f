import type { Store } from '#lib/memory/store/store.ts'
import { dayOf, type Tokens, type UsageSum } from '#lib/memory/store/usage-store.ts'
import { addressOf } from './session-address.ts'
import type { UsageView } from './types.ts'

type Price = { input: number; output: number }

/** What a person sees of what their chats have taken of the models. */
export type Usage = {
  /** `null`: somebody who has no chats yet. */
  view(user: string | null): Promise<UsageView>
}

const SHOWN_SESSIONS = 10
const NOTHING = { sums: [], sessions: [] }
const DAY_MS = 86_400_000

export function createUsage(deps: {
  store: Store
  price: Price | null
  /** What everybody on this server may take in a UTC day: in all, and of it for background work, of each person too. */
  tokensPerDay: number
  backgroundTokensPerDay: number
  backgroundTokensPerPerson: number
  now: () => number
}): Usage {
  const { store, price, tokensPerDay, backgroundTokensPerDay, backgroundTokensPerPerson, now } = deps

  return {
    async view(user) {
      const at = now()
      const [today, own, { sums, sessions }] = await Promise.all([
        store.dailyUsage(at),
        user === null ? 0 : store.backgroundTokensOf(user, at),
        user === null ? NOTHING : store.usageOf(await store.namespacesOf(user), SHOWN_SESSIONS),
      ])
      return {
        kinds: sums.map((sum) => ({ ...sum, cost: sum.kind === 'embedding' ? null : costOf(sum, price) })),
        sessions: sessions.map(({ ref, title, replies, background }) => ({
          sessionId: addressOf(user ?? '', ref),
          title,
          replies: tokensOf(replies),
          background: tokensOf(background),
        })),
        day: {
          used: sumOf(today),
          limit: tokensPerDay,
          background: sumOf(today.filter(({ kind }) => kind !== 'reply')),
          backgroundLimit: backgroundTokensPerDay,
          own,
          ownLimit: backgroundTokensPerPerson,
          endsAt: (dayOf(at) + 1) * DAY_MS,
        },
      }
    },
  }
}

const tokensOf = ({ inputTokens, outputTokens }: Tokens) => inputTokens + outputTokens

const sumOf = (sums: UsageSum[]) => sums.reduce((sum, each) => sum + tokensOf(each), 0)

const costOf = ({ inputTokens, outputTokens }: Tokens, price: Price | null) =>
  price && (inputTokens * price.input + outputTokens * price.output) / 1e6
