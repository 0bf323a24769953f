import type { Message, SessionRef } from '../store/store.ts'

/** What is there and what is not, of the path to one message of a session that is kept in a Motörhead elsewhere, too. */
export type Outbox = {
  /** The session's id there. */
  remoteId: string
  /** Nothing of the session was sent there yet. */
  isNew: boolean
  /** On the path and not there yet, oldest first, with words or still being written; those on their way included. */
  unsent: Message[]
  /** What was on its way when it was last heard of: whether it arrived is not known. */
  sending: { batchId: string; messageIds: string[] } | null
  /** There, but not on the path: other versions. Newest first. */
  strays: Message[]
}

export interface RemoteStore {
  /**
   * The outbox of a path (absent: of the head's), with at most `limit` unsent messages and as many strays. The first call
   * names the session's id there, its own unless another namespace uses that already, and takes what its summary covers
   * for not to be sent. `null` when the session is absent or temporary, or a program has written it: programs choose their
   * ids freely, and the session of the same name there may be somebody else's.
   */
  openOutbox(ref: SessionRef, options: { headId?: string; limit: number }): Promise<Outbox | null>
  /** To be durable before the messages go out, so that nobody sends them twice unasked. */
  beginBatch(ref: SessionRef, batch: { batchId: string; messageIds: string[] }): Promise<void>
  /** `sent`: they are there; `refused`: never to be sent again; `returned`: they are not there, and unsent again. */
  endBatch(ref: SessionRef, batchId: string, outcome: 'sent' | 'refused' | 'returned'): Promise<void>
  /** Messages of a session that were refused there and are kept here only: their ids, newest first. */
  listRefused(ref: SessionRef, limit: number): Promise<string[]>
  /** Ids there of sessions that are gone for good here, to be deleted there. */
  listOrphans(limit: number): Promise<string[]>
  /** Deleted there, too. */
  dropOrphan(remoteId: string): Promise<void>
}
