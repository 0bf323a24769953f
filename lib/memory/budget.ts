import { LimitReached } from './errors.ts'
import { dayOf, type UsageStore } from './store/usage-store.ts'

/** Whether a model may be asked for background work now. */
export type MayWork = () => Promise<boolean>

/**
 * True while summaries, titles and embeddings have taken fewer than `tokensPerDay` tokens since the UTC day began, in all
 * processes together. What has been asked for by then still comes and is counted.
 */
export function createBackgroundBudget(deps: {
  store: Pick<UsageStore, 'dailyUsage'>
  tokensPerDay: number
  now: () => number
}): MayWork {
  return async () => {
    const sums = await deps.store.dailyUsage(deps.now())
    return tokensOf(sums.filter(({ kind }) => kind !== 'reply')) < deps.tokensPerDay
  }
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
    throw new LimitReached('tokens-day', (dayOf(at) + 1) * DAY_MS - at)
  }
}

const DAY_MS = 86_400_000

const tokensOf = (sums: Awaited<ReturnType<UsageStore['dailyUsage']>>) =>
  sums.reduce((total, { inputTokens, outputTokens }) => total + inputTokens + outputTokens, 0)
