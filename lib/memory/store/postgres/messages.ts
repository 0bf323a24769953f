import { MemoryError } from '../../errors.ts'
import { bare, bareMessage, type MessageRow, type Row, toMessage } from '../rows.ts'
import type { MessageStore } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { addJobs } from './jobs.ts'
import {
  createSession,
  findMessage,
  findSession,
  insertMessage,
  lockSession,
  moveHead,
  pathStretches,
  requireMessage,
  requireSession,
  requireWindow,
} from './tree.ts'

export function messagesMethods({ read, write }: Database): MessageStore {
  return {
    appendMessages: (ref, messages, options = {}) =>
      write(async (db) => {
        const at = messages.at(-1)?.createdAt ?? 0
        const session = (await lockSession(db, ref)) ?? (await createSession(db, ref, options, at))
        const parentId = options.parentId === undefined ? session.headId : options.parentId
        let parent = parentId === null ? null : await requireMessage(db, session.key, parentId)
        let grown = false
        for (const message of messages) {
          const held = await findMessage(db, session.key, message.id)
          if (held && (held.role !== message.role || held.content !== message.content)) {
            throw new MemoryError(
              'conflict',
              'This id is already used for another message. Send it as a new one.',
            )
          }
          parent = held ?? (await insertMessage(db, session, parent, message))
          grown ||= !held
        }
        // A retry that comes late must not hide what was said after it.
        if (grown) await moveHead(db, session.key, parent?.id ?? null, at)
        await addJobs(db, session.key, options.jobs ?? [])
        return bare(await requireSession(db, ref))
      }),

    getMessage: (ref, messageId) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        return session && bareMessage(await findMessage(db, session.key, messageId))
      }),

    listPath: (ref, { limit, before, headId }) =>
      read(async (db) => {
        const session = await requireSession(db, ref)
        const head = await findMessage(db, session.key, headId ?? session.headId)
        if (!head) return { session: bare(session), messages: [], hasEarlier: false }
        const newestFirst: MessageRow[] = []
        for (const stretch of await pathStretches(db, session.key, head)) {
          const upTo = Math.min(stretch.upTo, (before ?? Number.MAX_SAFE_INTEGER) - 1)
          const rows = await db.all(
            `SELECT * FROM messages WHERE session_key = $1 AND branch = $2 AND position <= $3
             ORDER BY position DESC LIMIT $4`,
            session.key,
            stretch.branch,
            upTo,
            limit + 1 - newestFirst.length,
          )
          newestFirst.push(...rows.map(toMessage))
          if (newestFirst.length > limit) break
        }
        const messages = newestFirst.slice(0, limit).reverse()
        const versionsOf = await findVersions(db, session.key, messages)
        return {
          session: bare(session),
          messages: messages.map((message) => ({
            ...bareMessage(message),
            versions: versionsOf.get(message.parentId) ?? [],
          })),
          hasEarlier: newestFirst.length > limit,
        }
      }),

    getWindow: (ref, headId, { limit } = {}) =>
      read(async (db) => {
        const session = await requireSession(db, ref)
        const window = await requireWindow(
          db,
          session.key,
          headId === undefined ? session.headId : headId,
          limit,
        )
        return {
          session: bare(session),
          messages: window.messages.map((message) => bareMessage(message)),
          summary: window.summary,
        }
      }),

    findReplies: (ref, { id, limit }) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return []
        const rows = await db.all(
          'SELECT * FROM messages WHERE session_key = $1 AND strpos(receipt, $2) > 0 ORDER BY seq DESC LIMIT $3',
          session.key,
          id,
          limit,
        )
        return rows.map((row) => bareMessage(toMessage(row)))
      }),

    audit: (ref) =>
      read(async (db) => {
        const session = await requireSession(db, ref)
        const head = await findMessage(db, session.key, session.headId)
        if (!head) return { messages: 0, summarised: 0, window: 0, lost: 0, doubled: 0 }
        const { summary } = await requireWindow(db, session.key, head.id)
        const row = (await db.one(
          AUDIT,
          session.key,
          head.branch,
          head.position,
          summary?.id ?? null,
          head.id,
        )) as Record<'messages' | 'summarised' | 'window' | 'lost' | 'doubled', number>
        return { ...row }
      }),
  }
}

/** For each parent of the given messages: the ids of its children, oldest first. */
async function findVersions({ all }: Queries, key: number, messages: MessageRow[]) {
  const parents = messages.flatMap((message) => message.parentId ?? [])
  const rows = await all(
    `SELECT id, parent_id FROM messages
     WHERE session_key = $1 AND (parent_id = ANY ($2::text[]) OR parent_id IS NULL) ORDER BY seq`,
    key,
    parents,
  )
  const versions = new Map<string | null, string[]>()
  for (const { id, parent_id } of rows as (Row & { id: string; parent_id: string | null })[]) {
    versions.set(parent_id, [...(versions.get(parent_id) ?? []), id])
  }
  return versions
}

/** Three independent ways: the path by branch ranges, the window by parents, the summaries by their chain. */
const AUDIT = `
  WITH RECURSIVE
    stretch (branch, up_to) AS (
      SELECT $2::bigint, $3::bigint
      UNION ALL
      SELECT b.parent_branch, b.fork_position FROM stretch s
      JOIN branches b ON b.session_key = $1 AND b.branch = s.branch WHERE b.parent_branch IS NOT NULL
    ),
    chain (base_id, above, up_to) AS (
      SELECT s.base_id, coalesce(b.through_position, 0), s.through_position
      FROM summaries s LEFT JOIN summaries b ON b.session_key = $1 AND b.id = s.base_id
      WHERE s.session_key = $1 AND s.id = $4
      UNION ALL
      SELECT s.base_id, coalesce(b.through_position, 0), s.through_position
      FROM chain c JOIN summaries s ON s.session_key = $1 AND s.id = c.base_id
      LEFT JOIN summaries b ON b.session_key = $1 AND b.id = s.base_id
    ),
    walk (id, parent_id) AS (
      SELECT id, parent_id FROM messages WHERE session_key = $1 AND id = $5
        AND NOT EXISTS (SELECT 1 FROM summaries s WHERE s.session_key = $1 AND s.through_id = $5)
      UNION ALL
      SELECT m.id, m.parent_id FROM walk w
      JOIN messages m ON m.session_key = $1 AND m.id = w.parent_id
      WHERE NOT EXISTS (SELECT 1 FROM summaries s WHERE s.session_key = $1 AND s.through_id = m.id)
    ),
    path AS MATERIALIZED (
      SELECT m.seq, m.id FROM stretch s
      JOIN messages m ON m.session_key = $1 AND m.branch = s.branch AND m.position <= s.up_to
    ),
    folded AS MATERIALIZED (
      SELECT m.seq, count(*) AS folds FROM chain c CROSS JOIN stretch s
      JOIN messages m ON m.session_key = $1 AND m.branch = s.branch
        AND m.position > c.above AND m.position <= least(c.up_to, s.up_to)
      GROUP BY m.seq
    ),
    worded AS MATERIALIZED (SELECT id, count(*) AS words FROM walk GROUP BY id),
    held (folds, words) AS (
      SELECT coalesce(f.folds, 0), coalesce(w.words, 0) FROM path p
      LEFT JOIN folded f ON f.seq = p.seq LEFT JOIN worded w ON w.id = p.id
    )
  SELECT count(*) AS messages, count(*) FILTER (WHERE folds > 0) AS summarised,
         coalesce(sum(words), 0)::bigint AS window, count(*) FILTER (WHERE folds + words = 0) AS lost,
         count(*) FILTER (WHERE folds + words > 1) AS doubled
  FROM held`
