import { MemoryError } from '../../errors.ts'
import {
  type MessageRow,
  messageValues,
  type SessionRow,
  toMessage,
  toSession,
  toSummary,
  WITHOUT_RECEIPT,
} from '../rows.ts'
import { isOnPath, type Stretch } from '../search-scope.ts'
import type { NewMessage, SessionRef, Summary } from '../store.ts'
import type { Database, Row } from './database.ts'
import type { Indexing } from './indexing.ts'

/** Where a message stands in its tree. */
export type Place = { id: string; branch: number; position: number }

export type Tree = ReturnType<typeof createTree>

/**
 * The messages from ?2 up to the one that a summary ends at. CROSS JOIN: the few of the window first. Left to SQLite, the
 * whole session is read in the order of positions.
 */
const WINDOW = `
  WITH RECURSIVE walk (id, parent_id, nth, summary_seq) AS (
    SELECT m.id, m.parent_id, 1, (SELECT max(s.seq) FROM summaries s WHERE s.session_key = ?1 AND s.through_id = m.id)
    FROM messages m WHERE m.session_key = ?1 AND m.id = ?2
    UNION ALL
    SELECT m.id, m.parent_id, w.nth + 1,
      (SELECT max(s.seq) FROM summaries s WHERE s.session_key = ?1 AND s.through_id = m.id)
    FROM walk w JOIN messages m ON m.session_key = ?1 AND m.id = w.parent_id
    WHERE w.summary_seq IS NULL
  )
  SELECT ${WITHOUT_RECEIPT}, w.summary_seq FROM walk w CROSS JOIN messages m ON m.session_key = ?1 AND m.id = w.id
  WHERE w.nth <= ?3 OR w.summary_seq IS NOT NULL
  ORDER BY m.position`

/** Finding and growing the tree of messages; each call belongs inside a transaction of the caller's. */
export function createTree({ all, one, run }: Database, indexing: Indexing) {
  function findSession(ref: SessionRef): SessionRow | null {
    const row = one(
      'SELECT * FROM sessions WHERE namespace = ? AND id = ? AND deleted_at IS NULL',
      ref.namespace,
      ref.sessionId,
    )
    return row ? toSession(row) : null
  }

  function requireSession(ref: SessionRef): SessionRow {
    const session = findSession(ref)
    if (!session) throw notFound('This chat does not exist, or it was deleted.')
    return session
  }

  function createSession(
    ref: SessionRef,
    { title = '', temporary = false, label = '' }: { title?: string; temporary?: boolean; label?: string },
    at: number,
  ): SessionRow {
    const inserted = one(
      `INSERT INTO sessions (namespace, id, title, title_source, temporary, label, created_at, updated_at)
       VALUES (?, ?, ?, 'first-words', ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *`,
      ref.namespace,
      ref.sessionId,
      title,
      Number(temporary),
      label,
      at,
      at,
    )
    // Taken by a deleted session that can still be restored.
    if (!inserted) throw notFound('This chat was deleted.')
    return toSession(inserted)
  }

  function findMessage(key: number, id: string | null): MessageRow | null {
    if (id === null) return null
    const row = one('SELECT * FROM messages WHERE session_key = ? AND id = ?', key, id)
    return row ? toMessage(row) : null
  }

  function requireMessage(key: number, id: string): MessageRow {
    const message = findMessage(key, id)
    if (!message) throw notFound('This message does not exist, or it was forgotten.')
    return message
  }

  const findSummary = (key: number, id: string | null): Summary | null => {
    const row =
      id === null ? undefined : one('SELECT * FROM summaries WHERE session_key = ? AND id = ?', key, id)
    return row ? toSummary(row) : null
  }

  function requireWindow(
    key: number,
    headId: string | null,
    limit = Number.MAX_SAFE_INTEGER,
  ): { messages: MessageRow[]; summary: Summary | null } {
    const rows = all(WINDOW, key, headId, limit)
    const first = rows[0]
    if (first && first.summary_seq !== null) {
      const summary = one('SELECT * FROM summaries WHERE seq = ?', first.summary_seq as number) as Row
      return { messages: rows.slice(1).map(toMessage), summary: toSummary(summary) }
    }
    // A context that was set before anything was folded hangs before the first message.
    const root = one(
      'SELECT * FROM summaries WHERE session_key = ? AND through_id IS NULL ORDER BY seq DESC LIMIT 1',
      key,
    )
    return { messages: rows.map(toMessage), summary: root ? toSummary(root) : null }
  }
  /** The path of a message, from its end to the root. */
  function pathStretches(key: number, head: Place): Stretch[] {
    const rows = all(
      `WITH RECURSIVE stretch (branch, up_to) AS (
         SELECT ?2, ?3
         UNION ALL
         SELECT b.parent_branch, b.fork_position FROM stretch s
         JOIN branches b ON b.session_key = ?1 AND b.branch = s.branch WHERE b.parent_branch IS NOT NULL
       ) SELECT branch, up_to FROM stretch`,
      key,
      head.branch,
      head.position,
    )
    return rows.map((row) => ({ branch: row.branch as number, upTo: row.up_to as number }))
  }

  /** The branch of a new child: its parent's, unless that goes on with another child already. */
  function branchUnder(key: number, parent: Place | null): number {
    const hasSibling = one(
      'SELECT 1 FROM messages WHERE session_key = ? AND parent_id IS ? LIMIT 1',
      key,
      parent?.id ?? null,
    )
    return parent && !hasSibling ? parent.branch : openBranch(key, parent)
  }

  function insertMessage(key: number, parent: MessageRow | null, message: NewMessage): MessageRow {
    const branch = branchUnder(key, parent)
    const row = one(
      `INSERT INTO messages (session_key, id, parent_id, branch, position, role, content, name, by_chat, status, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
      ...messageValues(key, { branch, parent }, message),
    ) as Row
    indexing.catchUpSoon()
    return toMessage(row)
  }

  /** New messages in a line under `parent`, whole and with ids that nobody has; answers the place of the last one. */
  function insertLine(key: number, parent: Place | null, messages: NewMessage[]): Place | null {
    if (messages.length === 0) return parent
    const branch = branchUnder(key, parent)
    let last = parent
    for (const { id, role, content, name = null, createdAt } of messages) {
      const position = (last?.position ?? 0) + 1
      run(
        `INSERT INTO messages (session_key, id, parent_id, branch, position, role, content, name, status, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'complete', ?)`,
        key,
        id,
        last?.id ?? null,
        branch,
        position,
        role,
        content,
        name,
        createdAt,
      )
      last = { id, branch, position }
    }
    indexing.catchUpSoon()
    return last
  }

  function openBranch(key: number, parent: Place | null): number {
    const row = one(
      `INSERT INTO branches (session_key, branch, parent_branch, fork_position)
       SELECT ?1, coalesce(max(branch), 0) + 1, ?2, ?3 FROM branches WHERE session_key = ?1 RETURNING branch`,
      key,
      parent?.branch ?? null,
      parent?.position ?? 0,
    ) as Row
    return row.branch as number
  }

  function moveHead(key: number, headId: string | null, at: number): void {
    run('UPDATE sessions SET head_id = ?, updated_at = max(updated_at, ?) WHERE key = ?', headId, at, key)
  }

  const bumpGeneration = (key: number) =>
    run('UPDATE sessions SET generation = generation + 1 WHERE key = ?', key)

  return {
    findSession,
    requireSession,
    createSession,
    findMessage,
    requireMessage,
    findSummary,
    requireWindow,
    pathStretches,
    isOnPath,
    insertMessage,
    insertLine,
    moveHead,
    bumpGeneration,
  }
}

const notFound = (message: string) => new MemoryError('not-found', message)
