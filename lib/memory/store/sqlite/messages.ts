import { MemoryError } from '../../errors.ts'
import { bare, bareMessage, type MessageRow, toMessage } from '../rows.ts'
import type { MessageStore } from '../store.ts'
import type { Database } from './database.ts'
import { addJobs } from './jobs.ts'
import type { Tree } from './tree.ts'

export function messagesMethods(database: Database, tree: Tree): MessageStore {
  const { all, one, read, write } = database
  const {
    findSession,
    requireSession,
    createSession,
    findMessage,
    requireMessage,
    requireWindow,
    pathStretches,
    insertMessage,
    moveHead,
  } = tree

  return {
    appendMessages: (ref, messages, options = {}) =>
      write(() => {
        const at = messages.at(-1)?.createdAt ?? 0
        const session = findSession(ref) ?? createSession(ref, options, at)
        const parentId = options.parentId === undefined ? session.headId : options.parentId
        let parent = parentId === null ? null : requireMessage(session.key, parentId)
        let grown = false
        for (const message of messages) {
          const held = findMessage(session.key, message.id)
          if (held && (held.role !== message.role || held.content !== message.content)) {
            throw new MemoryError(
              'conflict',
              'This id is already used for another message. Send it as a new one.',
            )
          }
          parent = held ?? insertMessage(session.key, parent, message)
          grown ||= !held
        }
        // A retry that comes late must not hide what was said after it.
        if (grown) moveHead(session.key, parent?.id ?? null, at)
        addJobs(database, session.key, options.jobs ?? [])
        return bare(requireSession(ref))
      }),

    getMessage: (ref, messageId) =>
      read(() => {
        const session = findSession(ref)
        return session && bareMessage(findMessage(session.key, messageId))
      }),

    listPath: (ref, { limit, before, headId }) =>
      read(() => {
        const session = requireSession(ref)
        const head = findMessage(session.key, headId ?? session.headId)
        if (!head) return { session: bare(session), messages: [], hasEarlier: false }
        const newestFirst: MessageRow[] = []
        for (const stretch of pathStretches(session.key, head)) {
          const upTo = Math.min(stretch.upTo, (before ?? Number.MAX_SAFE_INTEGER) - 1)
          const rows = all(
            `SELECT * FROM messages WHERE session_key = ? AND branch = ? AND position <= ?
             ORDER BY position DESC LIMIT ?`,
            session.key,
            stretch.branch,
            upTo,
            limit + 1 - newestFirst.length,
          )
          newestFirst.push(...rows.map(toMessage))
          if (newestFirst.length > limit) break
        }
        const messages = newestFirst.slice(0, limit).reverse()
        return {
          session: bare(session),
          messages: messages.map((message) => ({
            ...bareMessage(message),
            versions: all(
              'SELECT id FROM messages WHERE session_key = ? AND parent_id IS ? ORDER BY seq',
              session.key,
              message.parentId,
            ).map((row) => row.id as string),
          })),
          hasEarlier: newestFirst.length > limit,
        }
      }),

    getWindow: (ref, headId, { limit } = {}) =>
      read(() => {
        const session = requireSession(ref)
        const window = requireWindow(session.key, headId === undefined ? session.headId : headId, limit)
        return {
          session: bare(session),
          messages: window.messages.map((message) => bareMessage(message)),
          summary: window.summary,
        }
      }),

    findReplies: (ref, { id, limit }) =>
      read(() => {
        const session = findSession(ref)
        if (!session) return []
        return all(
          'SELECT * FROM messages WHERE session_key = ? AND instr(receipt, ?) > 0 ORDER BY seq DESC LIMIT ?',
          session.key,
          id,
          limit,
        ).map((row) => bareMessage(toMessage(row)))
      }),

    audit: (ref) =>
      read(() => {
        const session = requireSession(ref)
        const head = findMessage(session.key, session.headId)
        if (!head) return { messages: 0, summarised: 0, window: 0, lost: 0, doubled: 0 }
        const { summary } = requireWindow(session.key, head.id)
        // Three independent ways: the path by branch ranges, the window by parents, the summaries by their chain.
        const row = one(
          `WITH RECURSIVE
             stretch (branch, up_to) AS (
               SELECT ?2, ?3
               UNION ALL
               SELECT b.parent_branch, b.fork_position FROM stretch s
               JOIN branches b ON b.session_key = ?1 AND b.branch = s.branch WHERE b.parent_branch IS NOT NULL
             ),
             chain (base_id, above, up_to) AS (
               SELECT s.base_id, coalesce(b.through_position, 0), s.through_position
               FROM summaries s LEFT JOIN summaries b ON b.session_key = ?1 AND b.id = s.base_id
               WHERE s.session_key = ?1 AND s.id = ?4
               UNION ALL
               SELECT s.base_id, coalesce(b.through_position, 0), s.through_position
               FROM chain c JOIN summaries s ON s.session_key = ?1 AND s.id = c.base_id
               LEFT JOIN summaries b ON b.session_key = ?1 AND b.id = s.base_id
             ),
             walk (id, parent_id) AS (
               SELECT id, parent_id FROM messages WHERE session_key = ?1 AND id = ?5
                 AND NOT EXISTS (SELECT 1 FROM summaries s WHERE s.session_key = ?1 AND s.through_id = ?5)
               UNION ALL
               SELECT m.id, m.parent_id FROM walk w
               JOIN messages m ON m.session_key = ?1 AND m.id = w.parent_id
               WHERE NOT EXISTS (SELECT 1 FROM summaries s WHERE s.session_key = ?1 AND s.through_id = m.id)
             ),
             path AS MATERIALIZED (
               SELECT m.seq, m.id FROM stretch s
               CROSS JOIN messages m ON m.session_key = ?1 AND m.branch = s.branch AND m.position <= s.up_to
             ),
             -- By the ranges of the chain, not message by message: a long chat has a long chain.
             folded AS MATERIALIZED (
               SELECT m.seq, count(*) AS folds FROM chain c CROSS JOIN stretch s
               CROSS JOIN messages m ON m.session_key = ?1 AND m.branch = s.branch
                 AND m.position > c.above AND m.position <= min(c.up_to, s.up_to)
               GROUP BY m.seq
             ),
             worded AS MATERIALIZED (SELECT id, count(*) AS words FROM walk GROUP BY id),
             held (folds, words) AS (
               SELECT coalesce(f.folds, 0), coalesce(w.words, 0) FROM path p
               LEFT JOIN folded f ON f.seq = p.seq LEFT JOIN worded w ON w.id = p.id
             )
           SELECT count(*) AS messages, coalesce(sum(folds > 0), 0) AS summarised, coalesce(sum(words), 0) AS window,
                  coalesce(sum(folds + words = 0), 0) AS lost, coalesce(sum(folds + words > 1), 0) AS doubled
           FROM held`,
          session.key,
          head.branch,
          head.position,
          summary?.id ?? null,
          head.id,
        ) as Record<'messages' | 'summarised' | 'window' | 'lost' | 'doubled', number>
        return { ...row }
      }),
  }
}
