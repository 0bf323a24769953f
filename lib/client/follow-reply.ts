import { type ByteStream, isAbsent } from './api.ts'
import { readEvents } from './event-stream.ts'
import { type PageSignals, waitToRetry } from './page-signals.ts'
import { applyEvent, type Reply } from './reply-reducer.ts'

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000

export type FollowOptions = {
  reply: Reply
  /** The stream that is open already: the answer to the POST. */
  stream?: ByteStream
  /** Opens the stream again from chunk `reply.next`; `null` when the run is gone. */
  open(reply: Reply, signal: AbortSignal): Promise<ByteStream | null>
  onProgress(reply: Reply): void
  /** The connection is lost and being tried again, or is back. */
  onReconnecting(reconnecting: boolean): void
  page: PageSignals
  signal: AbortSignal
}

/**
 * Reads a reply to its end over as many connections as it takes. Answers `finished`; `lost` when the stream cannot tell
 * the rest and the session must be loaded; `closed` after an abort. Never rejects.
 */
export async function followReply(options: FollowOptions): Promise<'finished' | 'lost' | 'closed'> {
  const { open, onProgress, onReconnecting, page, signal } = options
  let { reply, stream } = options
  let delay = FIRST_RETRY_MS
  while (!signal.aborted) {
    const before = reply.next
    try {
      const source: ByteStream | null = stream ?? (await open(reply, signal))
      if (signal.aborted) {
        source?.cancel().catch(() => {})
        break
      }
      if (!source) return 'lost'
      onReconnecting(false)
      let done = false
      await readEvents(
        source,
        (events) => {
          if (signal.aborted) return
          done ||= events.some((event) => event.data === '[DONE]')
          for (const event of events) if (event.id !== null) reply = applyEvent(reply, event)
          onProgress(reply)
        },
        { signal },
      )
      if (signal.aborted) break
      if (reply.finished) return 'finished'
      if (done) return 'lost'
    } catch (error) {
      if (signal.aborted) break
      if (reply.finished) return 'finished'
      if (isAbsent(error)) return 'lost'
    }
    // Without the run's id there is nothing to ask for: the session tells which runs there are.
    if (reply.runId === null) return 'lost'
    stream = undefined
    if (reply.next > before) delay = FIRST_RETRY_MS
    onReconnecting(true)
    await waitToRetry(delay, page, signal)
    delay = Math.min(delay * 2, LONGEST_RETRY_MS)
  }
  return 'closed'
}
