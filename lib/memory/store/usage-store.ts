import type { SessionRef } from './store.ts'

/** What a model was called for. All but `reply` is background work. */
export type UsageKind = 'reply' | 'summary' | 'title' | 'embedding'

/** As the provider counted them, or estimated where it says nothing. */
export type Tokens = { inputTokens: number; outputTokens: number }

export type UsageSum = Tokens & { kind: UsageKind; calls: number }

/** `background`: what was not for its replies. */
export type SessionUsage = { ref: SessionRef; title: string; replies: Tokens; background: Tokens }

export interface UsageStore {
  /** Adds one call to the sums of its session and of the UTC day of `at`; of an absent session to those of the day alone. */
  addUsage(ref: SessionRef, usage: Tokens & { kind: UsageKind; at: number }): Promise<void>
  /** What a session has taken so far, by kind; nothing when it is absent. */
  sessionUsage(ref: SessionRef): Promise<UsageSum[]>
  /** What all sessions of these namespaces have taken so far, by kind, and the `limit` listed ones that took most. */
  usageOf(
    namespaces: readonly string[],
    limit: number,
  ): Promise<{ sums: UsageSum[]; sessions: SessionUsage[] }>
  /**
   * What background work took on the UTC day of `at` for the person whose namespace it is, or whose key's: all of theirs together.
   * It stays until the next day when sessions are deleted.
   */
  backgroundTokensOf(namespace: string, at: number): Promise<number>
  /** What everybody took on the UTC day of `at`, by kind. It stays when sessions are deleted. */
  dailyUsage(at: number): Promise<UsageSum[]>
}

/** The number of a UTC day. */
export const dayOf = (at: number): number => Math.floor(at / 86_400_000)
