import type { Message, NewJob, NewMessage, SessionRef, Window } from './store.ts'

/** What a program of the memory API reads of a session. */
export type ClientMessage = Pick<Message, 'id' | 'role' | 'content' | 'name' | 'createdAt'> & {
  /** Written in the chat, where roles are `user` and `assistant`; what a program wrote keeps its role byte for byte. */
  byChat: boolean
}

export type ClientMemory = {
  /** Newest first. A reply that is still being written is left out. */
  messages: ClientMessage[]
  /** `null` when there never was one. */
  context: string | null
  tokens: number
}

/** A page of the whole log, oldest first; `next` is the position to go on after, `null` at the end. */
export type ClientLog = { messages: ClientMessage[]; next: number | null }

export type Save = {
  messages: NewMessage[]
  /** Becomes the context, unless it is that already; `null` keeps the one there is. */
  context: { id: string; text: string; tokens: number } | null
  /** The session is listed under it, beside those that it has. */
  label: string
  /** For a session that is new. */
  title: string
  /** The program's own name for this save; `hash` tells whether it is the same save again. */
  named: { id: string; hash: string } | null
  /**
   * Tells a save that a program sends again: it is `repeated` when an equal one was stored from `since` to `before` and
   * its answer has not arrived. `null`: not looked at.
   */
  mark: { id: string; since: number; before: number } | null
  at: number
  /** A compaction is asked for when the window is longer than this. */
  maxWindow: number
  compactionAt: number
  /** Background work that any save calls for. */
  jobs?: NewJob[]
}

/**
 * `saved`: durable; `compacting`: and a compaction waits now. `repeated`: it was saved before, under the same name or mark.
 * `conflict`: the name was used for another save. The last two change nothing.
 */
export type Saved = 'saved' | 'compacting' | 'repeated' | 'conflict'

/** What the programs that speak Motörhead's API need: an absent session is an empty one. */
export interface ClientStore {
  /** Appends at the end of the session, which is created when absent; takes the place of a deleted one. */
  saveMessages(ref: SessionRef, save: Save): Promise<Saved>
  /** The newest messages of the window, at most `limit`, and the context before them. */
  readMemory(ref: SessionRef, limit: number): Promise<ClientMemory>
  /**
   * The window of the head as `getWindow` has it, but its oldest `limit` messages only: a program can post faster than a
   * summariser reads.
   */
  getWindowStart(ref: SessionRef, limit: number): Promise<Window>
  readLog(ref: SessionRef, page: { after: number; limit: number }): Promise<ClientLog>
  /** Ids of the sessions with a label, oldest activity first. */
  listLabelled(namespace: string, page: { label: string; limit: number; offset: number }): Promise<string[]>
  /** The answers to the saves with these marks have arrived: an equal one is another save. */
  markAnswered(marks: string[]): Promise<void>
  /** Forgets the names of saves before `before`, and the marks of unanswered ones; answers how many names. */
  pruneSaves(before: number): Promise<number>
}
