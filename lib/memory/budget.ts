import type { UsageStore } from './store/usage-store.ts'

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
    const spent = sums
      .filter(({ kind }) => kind !== 'reply')
      .reduce((total, { inputTokens, outputTokens }) => total + inputTokens + outputTokens, 0)
    return spent < deps.tokensPerDay
  }
}
