import type { Stretch } from '../search-scope.ts'
import type { SessionRef } from '../store.ts'
import type { Database, Row } from './database.ts'
import type { Place, Tree } from './tree.ts'

/**
 * Where a session stands, and nothing of what is in it: texts can be megabytes. `label`: the first it was given. `forked`:
 * its head is on a branch.
 */
export type Standing = Path & { deleted: boolean; label: string }
type Path = { key: number; head: Place | null; forked: boolean }

/** What is found of a path without walking it; each call belongs inside a transaction of the caller's. */
export function createStanding({ all, one }: Database, { pathStretches, requireWindow }: Tree) {
  /** Deleted sessions, too. */
  function standingOf({ namespace, sessionId }: SessionRef): Standing | null {
    const row = one(
      `SELECT s.key, s.label, s.deleted_at, h.id, h.branch, h.position, b.parent_branch
       FROM sessions s LEFT JOIN messages h ON h.session_key = s.key AND h.id = s.head_id
       LEFT JOIN branches b ON b.session_key = s.key AND b.branch = h.branch
       WHERE s.namespace = ? AND s.id = ?`,
      namespace,
      sessionId,
    )
    if (!row) return null
    const { key, label, id, branch, position } = row as unknown as Place &
      Pick<Standing, 'key' | 'label'> & { id: string | null }
    const head = id === null ? null : { id, branch, position }
    return {
      key,
      label,
      deleted: row.deleted_at !== null,
      head,
      forked: (row.parent_branch ?? null) !== null,
    }
  }

  /** The summary that covers the path of the head; its cost does not grow with the window. */
  function nearestSummary({ key, head, forked }: Path): Row | null {
    if (head && forked) {
      const { summary } = requireWindow(key, head.id)
      return (
        (summary && one('SELECT * FROM summaries WHERE session_key = ? AND id = ?', key, summary.id)) ?? null
      )
    }
    const nearest = one(
      `SELECT s.* FROM summaries s LEFT JOIN messages m ON m.session_key = s.session_key AND m.id = s.through_id
       WHERE s.session_key = ? AND (s.through_id IS NULL OR (m.branch = ? AND m.position <= ?))
       ORDER BY s.through_position DESC, s.seq DESC LIMIT 1`,
      key,
      head?.branch ?? 0,
      head?.position ?? 0,
    )
    return nearest ?? null
  }

  /** The same for the path of any message. */
  function nearestSummaryOf(key: number, head: Place): Row | null {
    const sql = 'SELECT parent_branch FROM branches WHERE session_key = ? AND branch = ?'
    const forked = (one(sql, key, head.branch)?.parent_branch ?? null) !== null
    return nearestSummary({ key, head, forked })
  }

  /** The path of the head, from its end to the root. */
  function stretchesOf({ key, head, forked }: Path): Stretch[] {
    if (!head) return []
    return forked ? pathStretches(key, head) : [{ branch: head.branch, upTo: head.position }]
  }

  /** Messages of the path beyond position `after`, the newest or the oldest `limit` of them, from there on. */
  function messagesOf(
    standing: Standing,
    {
      from,
      after,
      limit,
      columns,
      where = 'TRUE',
    }: {
      from: 'newest' | 'oldest'
      after: number
      limit: number
      columns: string
      where?: string
    },
  ): Row[] {
    const rows: Row[] = []
    const stretches = stretchesOf(standing)
    let above = after
    for (const { branch, upTo } of from === 'newest' ? stretches : stretches.toReversed()) {
      const sql = `SELECT ${columns} FROM messages WHERE session_key = ? AND branch = ? AND position > ? AND position <= ?
        AND ${where} ORDER BY position ${from === 'newest' ? 'DESC' : 'ASC'} LIMIT ?`
      rows.push(...all(sql, standing.key, branch, above, upTo, limit - rows.length))
      if (rows.length >= limit) break
      if (from === 'oldest') above = Math.max(above, upTo)
    }
    return rows
  }

  return { standingOf, nearestSummary, nearestSummaryOf, messagesOf }
}
