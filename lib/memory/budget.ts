import { LimitReached } from './errors.ts'
import { dayOf, type UsageStore } from './store/usage-store.ts'

/** Whether a model may be asked now for background work on the sessions of a namespace. */
export type MayWork = (namespace: string) => Promise<boolean>

/** Whose tokens of the day for background work are used up: a person's own, or everybody's; `null`: there are some left. */
export type UsedUp = 'person' | 'server' | null

/**
 * What summaries, titles and embeddings may take since the UTC day began, in all processes together: of one person, with the
 * sessions of their keys, and of all people. What has been asked for by then still comes and is counted.
 */
export function createBackgroundBudget(deps: {
  store: Pick<UsageStore, 'dailyUsage' | 'backgroundTokensOf'>
  tokensPerDay: number
  tokensPerPerson: number
  now: () => number
}): { mayWork: MayWork; usedUp(namespace: string): Promise<UsedUp> } {
  const { store, tokensPerDay, tokensPerPerson, now } = deps

  async function usedUp(namespace: string): Promise<UsedUp> {
    const at = now()
    const [own, all] = await Promise.all([store.backgroundTokensOf(namespace, at), store.dailyUsage(at)])
    if (own >= tokensPerPerson) return 'person'
    return tokensOf(all.filter(({ kind }) => kind !== 'reply')) >= tokensPerDay ? 'server' : null
  }

  return { usedUp, mayWork: async (namespace) => (await usedUp(namespace)) === null }
}

/**
 * Throws `limit-reached` for `tokens-day` once replies and background work together have taken `tokensPerDay` tokens since the
 * UTC day began, in all processes together. Replies in progress by then still come and are counted.
 */
export function createTokenLimit(deps: {
  store: Pick<UsageStore, 'dailyUsage'>
  tokensPerDay: number
  now: () => number
}): () => Promise<void> {
  return async () => {
    const at = deps.now()
    if (tokensOf(await deps.store.dailyUsage(at)) < deps.tokensPerDay) return
    throw new LimitReached('tokens-day', msUntilTomorrow(at))
  }
}

const DAY_MS = 86_400_000

/** Until the UTC day ends, with which all counts of a day begin anew. */
export const msUntilTomorrow = (at: number): number => (dayOf(at) + 1) * DAY_MS - at

const tokensOf = (sums: Awaited<ReturnType<UsageStore['dailyUsage']>>) =>
  sums.reduce((total, { inputTokens, outputTokens }) => total + inputTokens + outputTokens, 0)
