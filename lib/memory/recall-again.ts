import type { Recall, Retrieved } from './memory.ts'
import { excerpt } from './retrieval.ts'
import type { Message, Receipt, SessionRef, Store, Summary } from './store/store.ts'

/** What a receipt names and is not there any more. */
export type Missing = { summary: boolean; window: number; retrieved: number }

/**
 * What memory gave to a reply, read again by its receipt. Messages and summaries never change, so it is the same; in the
 * place of one that is gone stands `gap`.
 */
export async function recallAgain(
  store: Store,
  ref: SessionRef,
  receipt: Receipt,
  gap: string,
): Promise<{ recall: Recall; summary: Summary | null; missing: Missing }> {
  const summary = receipt.summaryId === null ? null : await store.getSummary(ref, receipt.summaryId)
  const window = await Promise.all(receipt.windowIds.map((id) => messageAt(store, ref, id)))
  const retrieved = await Promise.all(
    receipt.retrieved.map((named) => {
      const from = named && { namespace: ref.namespace, sessionId: named.sessionId }
      return from && messageAt(store, from, named.messageId)
    }),
  )
  const lostSummary = receipt.summaryId !== null && summary === null
  return {
    summary,
    recall: {
      summaryId: receipt.summaryId,
      context: lostSummary ? gap : summary?.context || null,
      window: window.map((message) => message ?? gapMessage(gap)),
      retrieved: retrieved.map((message, index): Retrieved => {
        const sessionId = receipt.retrieved[index]?.sessionId ?? ref.sessionId
        const from = { namespace: ref.namespace, sessionId, dist: 0 }
        return { ...(message ? excerpt(message) : gapMessage(gap)), ...from }
      }),
      tokens: receipt.tokens,
    },
    missing: {
      summary: lostSummary,
      window: window.filter((message) => message === null).length,
      retrieved: retrieved.filter((message) => message === null).length,
    },
  }
}

const messageAt = (store: Store, ref: SessionRef, id: string | null): Promise<Message | null> =>
  id === null ? Promise.resolve(null) : store.getMessage(ref, id)

const gapMessage = (gap: string): Message => ({
  id: '',
  parentId: null,
  position: 0,
  role: 'user',
  content: gap,
  name: null,
  status: 'complete',
  error: null,
  receipt: null,
  createdAt: 0,
})
