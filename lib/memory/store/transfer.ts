import type { Message, NewJob, Session, SessionRef, Summary } from './store.ts'

/**
 * A session with everything that belongs to it, free of any database: what an export writes and an import reads. Every
 * branch is in it; `headId` names the one that the person sees.
 */
export type SessionTree = {
  session: Pick<Session, 'id' | 'title' | 'titleSource' | 'headId' | 'pinned' | 'createdAt' | 'updatedAt'> & {
    /** What a program of the memory API divides its sessions by; empty for those of the chat. */
    label: string
    /** Those beside it, where there are any. */
    moreLabels?: string[] | undefined
  }
  /** A parent stands before its children, and versions of one message stand in the order they were made. */
  messages: TreeMessage[]
  /** Oldest first. */
  summaries: TreeSummary[]
}

/** `byChat`: written in the chat, where roles are `user` and `assistant`; a program's roles stand byte for byte. */
export type TreeMessage = Omit<Message, 'position'> & { byChat: boolean }
export type TreeSummary = Omit<Summary, 'throughPosition'>

/** What an import did with one session. */
export type Imported = {
  ref: SessionRef
  outcome: 'new' | 'grown' | 'present'
  /** Messages that were written. */
  added: number
  /** Messages whose id is here with another role or text: what is here was kept. */
  differing: number
}

export interface TransferStore {
  /** Sessions of one namespace (absent: of all) in a fixed order, after the one given; for a walk over all of them. */
  listRefs(options: { namespace?: string; after?: SessionRef; limit: number }): Promise<SessionRef[]>
  /** `null` when absent. A reply in progress is given as interrupted, with the text that its message holds. */
  exportSession(ref: SessionRef): Promise<SessionTree | null>
  /**
   * Writes whole sessions into namespaces, all of them or none. Never changes or doubles what is here: of a session that
   * is here already, the messages that are missing are added, unless one that follows them is here (then it was forgotten
   * here); the head moves along when it stands on the imported path; title and pin stay as they are. A summary comes
   * along when the message it hangs on is new and nothing before it was forgotten here. Takes the place of a deleted
   * session. Each session that changed gets `jobs`. Throws `conflict` when a tree is no tree: an unknown parent or head.
   */
  importSessions(
    sessions: { namespace: string; tree: SessionTree }[],
    options?: { jobs?: NewJob[] },
  ): Promise<Imported[]>
}
