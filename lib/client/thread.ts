import type { ChatMessage, ChatRequest } from '#lib/chat/types.ts'
import type { ThreadMessage } from './session-state.ts'

export type Thread = readonly ThreadMessage[]

/** A turn that has a message of the person's: the others write a reply anew or further. */
export type WrittenTurn = Extract<ChatRequest, { kind: 'send' | 'edit' }>

export const isWritten = (turn: ChatRequest): turn is WrittenTurn =>
  turn.kind === 'send' || turn.kind === 'edit'

/** The message that the reply to a turn is written into. */
export const replyIdOf = (turn: ChatRequest): string =>
  turn.kind === 'continue' ? turn.messageId : turn.replyId

/** The ids of a message and its reply, made here so that a retry is the same turn. */
export const newIds = () => ({ id: crypto.randomUUID(), replyId: crypto.randomUUID() })

/** What the thread looks like as soon as a turn is asked for; the same thread when it has no such message. */
export function beginTurn(thread: Thread, turn: ChatRequest, now: number): Thread {
  switch (turn.kind) {
    case 'send': {
      const others = thread.filter((message) => message.id !== turn.id && message.id !== turn.replyId)
      return [...others, ...written(turn, endOf(others), [], now)]
    }
    case 'edit': {
      // A retry finds its own message where the edited one was.
      const at = thread.findIndex((message) => message.id === turn.messageId || message.id === turn.id)
      const edited = thread[at]
      if (!edited) return thread
      const versions = edited.versions.filter((id) => id !== turn.id)
      return withUnsent(
        [...thread.slice(0, at), ...written(turn, edited.parentId, versions, now)],
        thread.slice(at),
      )
    }
    case 'regenerate': {
      const at = thread.findIndex((message) => message.id === turn.messageId)
      const old = thread[at]
      if (!old) return thread
      const reply = emptyReply(turn.replyId, old.parentId, old.versions, now)
      return withUnsent([...thread.slice(0, at), reply], thread.slice(at))
    }
    case 'continue':
      return changeMessage(thread, turn.messageId, { status: 'streaming', error: null })
    default:
      return turn satisfies never
  }
}

/**
 * The person's message is marked as not sent, and the reply that will not come is taken out. Where the thread has it no
 * more, since what stood above it was written anew or the page was left, it comes to the end.
 */
export function failTurn(thread: Thread, turn: WrittenTurn, error: string, now: number): Thread {
  const begun = thread.some(({ id }) => id === turn.id)
    ? thread
    : [...thread, ...written(turn, endOf(thread), [], now)]
  return changeMessage(
    begun.filter((message) => message.id !== turn.replyId),
    turn.id,
    { send: { state: 'failed', error } },
  )
}

/** What the next message answers: the last one that the server has. */
export const endOf = (thread: Thread): string | null =>
  thread.findLast((message) => message.send?.state !== 'failed')?.id ?? null

/** Other messages, and after them those of a thread that failed to send, which are nowhere else. */
export function withUnsent(messages: Thread, thread: Thread): Thread {
  const unsent = thread.filter(
    ({ id, send }) => send?.state === 'failed' && !messages.some((message) => message.id === id),
  )
  // A failed edit stood in the place of what it edits, which is another one now.
  return [...messages, ...unsent.map((message) => ({ ...message, versions: [message.id] }))]
}

/** The thread with some fields of a message changed; the same thread when it has no such message. */
export function changeMessage(thread: Thread, id: string, change: Partial<ThreadMessage>): Thread {
  const at = thread.findIndex((message) => message.id === id)
  const message = thread[at]
  return message ? thread.with(at, { ...message, ...change }) : thread
}

/** The thread without a message; what hung under it hangs under what it hung under. */
export function withoutMessage(thread: Thread, id: string): Thread {
  const gone = thread.find((message) => message.id === id)
  if (!gone) return thread
  return thread
    .filter((message) => message !== gone)
    .map((message) => (message.parentId === id ? { ...message, parentId: gone.parentId } : message))
}

export const toThreadMessage = (message: ChatMessage, waiting = false): ThreadMessage => ({
  ...message,
  send: null,
  waiting,
  thinking: false,
})

function written(
  turn: WrittenTurn,
  parentId: string | null,
  versions: string[],
  now: number,
): ThreadMessage[] {
  const message: ThreadMessage = {
    id: turn.id,
    parentId,
    role: 'user',
    text: turn.text,
    status: 'complete',
    error: null,
    versions: [...versions, turn.id],
    createdAt: now,
    send: { state: 'sending' },
    waiting: false,
    thinking: false,
  }
  return [message, emptyReply(turn.replyId, turn.id, [], now)]
}

const emptyReply = (
  id: string,
  parentId: string | null,
  versions: readonly string[],
  now: number,
): ThreadMessage => ({
  id,
  parentId,
  role: 'assistant',
  text: '',
  status: 'streaming',
  error: null,
  versions: [...versions, id],
  createdAt: now,
  send: null,
  waiting: false,
  thinking: false,
})
