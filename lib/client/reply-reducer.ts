import type { ChatMessageStatus } from '#lib/chat/types.ts'
import type { StreamEvent } from './event-stream.ts'
import type { ThreadMessage } from './session-state.ts'

/** How far a reply has come. `next` is the index of the first chunk that is not in it. */
export type Reply = {
  /** `null` until the stream has said it. */
  runId: string | null
  next: number
  text: string
  status: ChatMessageStatus
  error: string | null
  thinking: boolean
  /** Nothing but the start has come: the run may wait for the one before it. */
  started: boolean
  /** The last chunk was applied. */
  finished: boolean
}

/** The fields of a chunk that are read here; a chunk of a type that is not known is counted and ignored. */
type Chunk = {
  type?: unknown
  delta?: unknown
  errorText?: unknown
  messageMetadata?: { runId?: unknown; status?: unknown }
}

const STATUSES: readonly string[] = [
  'complete',
  'stopped',
  'failed',
  'interrupted',
] satisfies ChatMessageStatus[]

/** A reply of which the message holds everything before chunk `next`. */
export function replyFrom(
  message: Pick<ThreadMessage, 'text'>,
  run: { id: string; next: number } | null,
): Reply {
  return {
    runId: run?.id ?? null,
    next: run?.next ?? 0,
    text: message.text,
    status: 'streaming',
    error: null,
    thinking: false,
    started: (run?.next ?? 0) > 1,
    finished: false,
  }
}

/**
 * The reply after an event. One whose index was applied already changes nothing, so a stream may be read again from
 * anywhere. Throws `RangeError` when the event skips one: the stream must then be read again from `next`.
 */
export function applyEvent(reply: Reply, event: StreamEvent): Reply {
  if (event.id === null || event.id < reply.next || reply.finished) return reply
  if (event.id > reply.next) throw new RangeError(`Chunk ${event.id} came where ${reply.next} was expected.`)
  return applyChunk({ ...reply, next: reply.next + 1 }, parseChunk(event.data))
}

function applyChunk(reply: Reply, chunk: Chunk): Reply {
  switch (chunk.type) {
    case 'start':
      return { ...reply, runId: stringOr(chunk.messageMetadata?.runId, reply.runId) }
    case 'reasoning-start':
    case 'reasoning-delta':
      return { ...reply, started: true, thinking: true }
    case 'text-start':
    case 'reasoning-end':
      return { ...reply, started: true, thinking: false }
    case 'text-delta':
      return { ...reply, started: true, thinking: false, text: reply.text + stringOr(chunk.delta, '') }
    case 'error':
      return { ...reply, thinking: false, error: stringOr(chunk.errorText, 'The reply failed. Try again.') }
    case 'abort':
      return { ...reply, thinking: false, status: 'stopped' }
    case 'finish':
      return { ...reply, thinking: false, finished: true, status: finalStatus(reply, chunk) }
    default:
      return reply
  }
}

function finalStatus(reply: Reply, chunk: Chunk): ChatMessageStatus {
  const status = chunk.messageMetadata?.status
  if (typeof status === 'string' && STATUSES.includes(status)) return status as ChatMessageStatus
  if (reply.error !== null) return 'failed'
  return reply.status === 'streaming' ? 'complete' : reply.status
}

function parseChunk(data: string): Chunk {
  const value: unknown = JSON.parse(data)
  return typeof value === 'object' && value !== null ? value : {}
}

const stringOr = <T>(value: unknown, otherwise: T): string | T =>
  typeof value === 'string' ? value : otherwise

/** The message as the reply has it; the same object when nothing a reader sees has changed. */
export function withReply(message: ThreadMessage, reply: Reply): ThreadMessage {
  const { status, error, thinking } = reply
  // A reply that is read again from an older view must not shrink on the screen while it catches up.
  const text = status === 'streaming' && message.text.startsWith(reply.text) ? message.text : reply.text
  const waiting = message.waiting && !reply.started && !reply.finished
  const same =
    message.text === text &&
    message.status === status &&
    message.error === error &&
    message.thinking === thinking &&
    message.waiting === waiting
  return same ? message : { ...message, text, status, error, thinking, waiting }
}
