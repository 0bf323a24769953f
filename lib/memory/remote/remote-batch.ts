import { createHash } from 'node:crypto'
import { isAssistant } from '../fact-value.ts'
import type { Message } from '../store/store.ts'
import { type RemoteSave, type Said, saveFits } from './remote-client.ts'

/** An exchange is saved at a time, as its other clients do: an original drops what a larger save pushes out. */
export const MAX_BATCH = 10

export type Batch = RemoteSave & {
  /** The same messages make the same id, so that a server which heeds it stores a repeated save once. */
  batchId: string
  messageIds: string[]
}

/**
 * What goes out next: of the oldest exchange as much as one save holds, at least one message; `null`: nothing is ready. The
 * rest follows in saves of its own. `context` goes along unless no message fits beside it: what was said comes first.
 */
export function nextBatch(
  unsent: Message[],
  { remoteId, context, most }: { remoteId: string; context: string | null; most: number },
): Batch | null {
  const exchange = firstExchange(unsent).slice(0, most)
  if (exchange.length === 0) return null
  const messages = exchange.map(toWire)
  const fitting = (beside: string | null) =>
    messages.findLastIndex((_, last) =>
      saveFits({ messages: messages.slice(0, last + 1), context: beside }),
    ) + 1
  const withContext = fitting(context)
  const count = Math.max(1, withContext || fitting(null))
  const messageIds = exchange.slice(0, count).map(({ id }) => id)
  return {
    messages: messages.slice(0, count),
    context: withContext > 0 ? context : null,
    messageIds,
    batchId: batchIdOf(remoteId, messageIds),
  }
}

/** Up to the first reply. Nothing overtakes a reply that is still being written. */
function firstExchange(unsent: Message[]): Message[] {
  const streaming = unsent.findIndex(({ status }) => status === 'streaming')
  const ready = streaming < 0 ? unsent : unsent.slice(0, streaming)
  const reply = ready.findIndex(({ role }) => isAssistant(role))
  return ready.slice(0, Math.min(reply < 0 ? ready.length : reply + 1, MAX_BATCH))
}

const batchIdOf = (remoteId: string, messageIds: string[]) =>
  createHash('sha256')
    .update(JSON.stringify([remoteId, messageIds]))
    .digest('hex')
    .slice(0, 32)

/** As Motörhead's clients name the sides. Half a surrogate pair is no JSON to an original. */
const toWire = ({ role, content }: Message): Said => ({
  role: isAssistant(role) ? 'AI' : 'Human',
  content: content.toWellFormed(),
})
