import type { SessionRef } from './store.ts'

/** What a forget took, or would take: counted from the rows. */
export type Forgotten = {
  sessions: number
  messages: number
  /** Those that covered a forgotten message; versions that were undone before count too. */
  summaries: number
  /** Of replies that stay: the receipts that named a forgotten message and now have a gap in its place. */
  receipts: number
  /** Logs of how a forgotten reply was written. */
  runs: number
}

/** Forgetting for good: rows, full-text index, receipts, run logs, and whatever a job in flight still wanted to write. */
export interface ForgetStore {
  /** What `forgetMessage` would take, with the ids of the summaries, newest first; `null` when absent. */
  previewForget(ref: SessionRef, messageId: string): Promise<(Forgotten & { summaryIds: string[] }) | null>
  /**
   * Removes a message for good: its children move to its parent, every summary that covered it goes, receipts of the whole
   * namespace that name it get `null` in its place, a run that answers it is asked to stop, the generation is bumped.
   * A title that may have been made of it, and was not given by a person, becomes what `titleOf` makes of the oldest
   * message of the role `user` that is left (`null`: none is). `null` when absent.
   */
  forgetMessage(
    ref: SessionRef,
    messageId: string,
    titleOf?: (oldest: string | null) => string,
  ): Promise<Forgotten | null>
  /** Removes a session at once, a deleted one too, without the time for an undo. `null` when absent. */
  forgetSession(ref: SessionRef): Promise<Forgotten | null>
  /**
   * Removes every session of a person, those of their keys too, the keys, and what they have chosen. Zeros when there was
   * nothing.
   */
  forgetEverything(owner: string): Promise<Forgotten>
  /**
   * Makes what was removed unreadable in the database's own files, its logs and indexes included. False when nothing was
   * removed since the last time; throws `storage-busy` when it must be tried again. It is remembered across restarts.
   */
  scrub(): Promise<boolean>
}
