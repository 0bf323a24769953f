import type {
  ChatRequest,
  SessionDeleted,
  SessionItem,
  SessionPage,
  SessionPatch,
  SessionView,
} from './types.ts'

/**
 * Everything that a person does in the chat. `user` is the person behind the cookie and the namespace of their
 * sessions. Refusals are `MemoryError`s; `null` or `false` says that the session, run or message is not there.
 */
export type ChatService = {
  /** Makes the turn durable, starts its run, and answers the stream of its reply (see `types.ts`). */
  send(user: string, request: ChatRequest): Promise<ReplyStream>
  /** The chunks of a run from index `from` on, live when it still goes on. */
  resume(user: string, sessionId: string, runId: string, from: number): Promise<ReplyStream | null>
  /** Resolves when the stop is recorded; the provider call is aborted within 1 s, in whichever process it runs. */
  stop(user: string, sessionId: string, runId: string): Promise<boolean>
  listSessions(user: string, cursor: string | null): Promise<SessionPage>
  view(user: string, sessionId: string, before?: number): Promise<SessionView | null>
  patch(user: string, sessionId: string, patch: SessionPatch): Promise<SessionItem | SessionView | null>
  remove(user: string, sessionId: string): Promise<SessionDeleted | null>
  restore(user: string, sessionId: string): Promise<boolean>
  /** Marks the replies of dead processes interrupted and starts the background worker. */
  start(): Promise<void>
  /** Waits for nothing: running replies become interrupted, with the text they have. */
  close(): Promise<void>
}

/** `frames` are ready server-sent events, one string each; cancelling it stops nothing but the reading. */
export type ReplyStream = { runId: string; frames: ReadableStream<string> }
