import type { Message } from './store/store.ts'

/** One message as a summariser sees it. */
export type SummaryInput = Pick<Message, 'id' | 'role' | 'content' | 'createdAt'>

/**
 * Folds messages (oldest first, never empty) into a context. The context is a list of dated, attributed facts, one a
 * line: `- 2026-11-24 user: my name is Bob.`; at most `maxTokens` estimated tokens. Throws when the model fails, is
 * aborted or answers nothing usable: the caller keeps the old context and tries again later.
 */
export type Summarize = (input: {
  context: string | null
  messages: SummaryInput[]
  maxTokens: number
  signal: AbortSignal
}) => Promise<{ context: string; model: string | null }>

/** What memory gives to one reply. All texts are data, to be fenced in a prompt. */
export type Recall = {
  summaryId: string | null
  context: string | null
  /** Older messages that the new one may need, oldest first; none of them is in `window`. */
  retrieved: Message[]
  /** Oldest first; the last one is the message to answer. Cut from its old end if it would exceed the budget. */
  window: Message[]
  tokens: { context: number; window: number; retrieved: number }
}
