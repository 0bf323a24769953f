import { MemoryError } from '../../errors.ts'
import { aboutWords, contentWords, isReply } from '../../index-words.ts'
import {
  type MessageRow,
  messageValues,
  type Row,
  type SessionRow,
  toMessage,
  toSession,
  toSummary,
  WITHOUT_RECEIPT,
} from '../rows.ts'
import type { Stretch } from '../search-scope.ts'
import type { NewMessage, SessionRef, Summary } from '../store.ts'
import type { Queries } from './database.ts'
import { indexWords, tagOf } from './index-words.ts'

export async function findSession({ one }: Queries, ref: SessionRef): Promise<SessionRow | null> {
  const row = await one(
    'SELECT * FROM sessions WHERE namespace = $1 AND id = $2 AND deleted_at IS NULL',
    ref.namespace,
    ref.sessionId,
  )
  return row ? toSession(row) : null
}

export const requireSession = async (db: Queries, ref: SessionRef) => existing(await findSession(db, ref))

/**
 * The session, held until the transaction ends: whoever changes its tree, summaries or head holds it, so that changes come
 * one after the other.
 */
export async function lockSession({ one }: Queries, ref: SessionRef): Promise<SessionRow | null> {
  const row = await one(
    'SELECT * FROM sessions WHERE namespace = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE',
    ref.namespace,
    ref.sessionId,
  )
  return row ? toSession(row) : null
}

export const requireLocked = async (db: Queries, ref: SessionRef) => existing(await lockSession(db, ref))

export async function createSession(
  db: Queries,
  ref: SessionRef,
  { title = '', temporary = false, label = '' }: { title?: string; temporary?: boolean; label?: string },
  at: number,
): Promise<SessionRow> {
  const inserted = await db.one(
    `INSERT INTO sessions (namespace, id, title, title_source, temporary, label, created_at, updated_at)
     VALUES ($1, $2, $3, 'first-words', $4, $6, $5, $5) ON CONFLICT DO NOTHING RETURNING *`,
    ref.namespace,
    ref.sessionId,
    title,
    Number(temporary),
    at,
    label,
  )
  if (inserted) return toSession(inserted)
  // Another process has just made it; or it is taken by a deleted session that can still be restored.
  const session = await lockSession(db, ref)
  if (!session) throw notFound('This chat was deleted.')
  return session
}

export async function findMessage(
  { one }: Queries,
  key: number,
  id: string | null,
): Promise<MessageRow | null> {
  if (id === null) return null
  const row = await one('SELECT * FROM messages WHERE session_key = $1 AND id = $2', key, id)
  return row ? toMessage(row) : null
}

export async function requireMessage(db: Queries, key: number, id: string): Promise<MessageRow> {
  const message = await findMessage(db, key, id)
  if (!message) throw notFound('This message does not exist, or it was forgotten.')
  return message
}

export async function requireWindow(
  { all, one }: Queries,
  key: number,
  headId: string | null,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<{ messages: MessageRow[]; summary: Summary | null }> {
  const rows = await all(
    `WITH RECURSIVE walk (id, parent_id, nth, summary_seq) AS (
       SELECT m.id, m.parent_id, 1, (SELECT max(s.seq) FROM summaries s WHERE s.session_key = $1 AND s.through_id = m.id)
       FROM messages m WHERE m.session_key = $1 AND m.id = $2
       UNION ALL
       SELECT m.id, m.parent_id, w.nth + 1,
         (SELECT max(s.seq) FROM summaries s WHERE s.session_key = $1 AND s.through_id = m.id)
       FROM walk w JOIN messages m ON m.session_key = $1 AND m.id = w.parent_id
       WHERE w.summary_seq IS NULL
     )
     SELECT ${WITHOUT_RECEIPT}, w.summary_seq FROM walk w JOIN messages m ON m.session_key = $1 AND m.id = w.id
     WHERE w.nth <= $3::bigint OR w.summary_seq IS NOT NULL
     ORDER BY m.position`,
    key,
    headId,
    limit,
  )
  const first = rows[0]
  if (first && first.summary_seq !== null) {
    const summary = (await one('SELECT * FROM summaries WHERE seq = $1', first.summary_seq as number)) as Row
    return { messages: rows.slice(1).map(toMessage), summary: toSummary(summary) }
  }
  // A context that was set before anything was folded hangs before the first message.
  const root = await one(
    'SELECT * FROM summaries WHERE session_key = $1 AND through_id IS NULL ORDER BY seq DESC LIMIT 1',
    key,
  )
  return { messages: rows.map(toMessage), summary: root ? toSummary(root) : null }
}

/** The path of a message, from its end to the root. */
export async function pathStretches(
  { all }: Queries,
  key: number,
  head: Pick<MessageRow, 'branch' | 'position'>,
): Promise<Stretch[]> {
  const rows = await all(
    `WITH RECURSIVE stretch (branch, up_to) AS (
       SELECT $2::bigint, $3::bigint
       UNION ALL
       SELECT b.parent_branch, b.fork_position FROM stretch s
       JOIN branches b ON b.session_key = $1 AND b.branch = s.branch WHERE b.parent_branch IS NOT NULL
     ) SELECT branch, up_to FROM stretch`,
    key,
    head.branch,
    head.position,
  )
  return rows.map((row) => ({ branch: row.branch as number, upTo: row.up_to as number }))
}

/** The session must be locked. */
export async function insertMessage(
  db: Queries,
  session: SessionRow,
  parent: MessageRow | null,
  message: NewMessage,
): Promise<MessageRow> {
  const { key } = session
  const branch =
    parent && !(await hasChild(db, key, parent.id)) ? parent.branch : await openBranch(db, key, parent)
  const row = await db.one(
    `INSERT INTO messages (session_key, id, parent_id, branch, position, role, content, name, by_chat, status, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *`,
    ...messageValues(key, { branch, parent }, message),
  )
  const inserted = toMessage(row as Row)
  if (inserted.status !== 'streaming') await indexMessage(db, session, inserted)
  return inserted
}

export const hasChild = async ({ one }: Queries, key: number, id: string) =>
  (await one(
    'SELECT 1 AS found FROM messages WHERE session_key = $1 AND parent_id = $2 LIMIT 1',
    key,
    id,
  )) !== undefined

async function openBranch({ one }: Queries, key: number, parent: MessageRow | null): Promise<number> {
  const row = await one(
    `INSERT INTO branches (session_key, branch, parent_branch, fork_position)
     SELECT $1, coalesce(max(branch), 0) + 1, $2::bigint, $3::bigint FROM branches WHERE session_key = $1
     RETURNING branch`,
    key,
    parent?.branch ?? null,
    parent?.position ?? 0,
  )
  return (row as Row).branch as number
}

export async function indexMessage(
  { run }: Queries,
  session: Pick<SessionRow, 'key' | 'namespace'>,
  message: MessageRow,
): Promise<void> {
  const words = indexWords(contentWords(message.content))
  if (words === '') return void (await run('DELETE FROM message_index WHERE seq = $1', message.seq))
  await run(
    `INSERT INTO message_index (seq, reply, words)
     VALUES ($1, $2, to_tsvector('words', $3) || setweight(to_tsvector('words', $4), 'A') || array_to_tsvector($5::text[]))
     ON CONFLICT (seq) DO UPDATE SET words = excluded.words`,
    message.seq,
    Number(isReply(message)),
    words,
    indexWords(aboutWords(message)),
    [tagOf('session', session.key), tagOf('namespace', session.namespace)],
  )
}

export async function moveHead(
  { run }: Queries,
  key: number,
  headId: string | null,
  at: number,
): Promise<void> {
  await run(
    'UPDATE sessions SET head_id = $1, updated_at = greatest(updated_at, $2) WHERE key = $3',
    headId,
    at,
    key,
  )
}

export const bumpGeneration = ({ run }: Queries, key: number) =>
  run('UPDATE sessions SET generation = generation + 1 WHERE key = $1', key)

function existing(session: SessionRow | null): SessionRow {
  if (!session) throw notFound('This chat does not exist, or it was deleted.')
  return session
}

const notFound = (message: string) => new MemoryError('not-found', message)
