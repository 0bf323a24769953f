import type { Receipt } from './store.ts'

/**
 * A receipt with a gap where it names a message; `null` when it does not. A message id is unique in its session only:
 * another session (`isOwn` is false) may have one of the same name in its window.
 */
export function receiptWithout(
  receipt: Receipt,
  sessionId: string,
  messageId: string,
  isOwn: boolean,
): Receipt | null {
  const inWindow = isOwn && receipt.windowIds.includes(messageId)
  const isNamed = (each: Receipt['retrieved'][number]) =>
    each?.sessionId === sessionId && each.messageId === messageId
  if (!inWindow && !receipt.retrieved.some(isNamed)) return null
  return {
    ...receipt,
    windowIds: receipt.windowIds.map((id) => (inWindow && id === messageId ? null : id)),
    retrieved: receipt.retrieved.map((each) => (isNamed(each) ? null : each)),
  }
}
