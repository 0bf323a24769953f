import type { Receipt } from './store.ts'

/** A message id is unique in its session only: another session may have one of the same name in its window. */
export function receiptWithout(
  receipt: Receipt,
  sessionId: string,
  messageId: string,
  isOwn: boolean,
): Receipt {
  return {
    ...receipt,
    windowIds: receipt.windowIds.filter((id) => !isOwn || id !== messageId),
    retrieved: receipt.retrieved.filter(
      (each) => each.sessionId !== sessionId || each.messageId !== messageId,
    ),
  }
}
