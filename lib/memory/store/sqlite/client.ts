import type { ClientMemory, ClientMessage, ClientStore, Save } from '../client-store.ts'
import { type SessionRow, toClientMessage } from '../rows.ts'
import type { SessionRef } from '../store.ts'
import type { Database, Row } from './database.ts'
import { removeSessions } from './forgetting.ts'
import { addJobs } from './jobs.ts'
import { remembering } from './remembering.ts'
import type { Place, Tree } from './tree.ts'

const EMPTY: ClientMemory = { messages: [], context: null, tokens: 0 }

const COLUMNS = 'id, role, content, name, by_chat, created_at, position'

/** A reply that has no text says nothing to a program; a program's own empty message does. */
const SAID = "status <> 'streaming' AND (content <> '' OR by_chat = 0)"

export function clientMethods(database: Database, tree: Tree): ClientStore {
  const { all, one, run, read, write } = database
  const { findSession, pathStretches, requireWindow } = tree

  function saveMessages(ref: SessionRef, save: Save) {
    return write(() => {
      const { named, at } = save
      const found = findSession(ref)
      if (found && named) {
        const before = one('SELECT hash FROM saves WHERE session_key = ? AND id = ?', found.key, named.id)
        if (before) return before.hash === named.hash ? 'repeated' : 'conflict'
      }
      const session = found ?? createInPlace(ref, save.title, at)
      const parent = headOf(session)
      const head = tree.insertLine(session.key, parent, save.messages)
      const summary = nearestSummary(session, head)
      if (save.context && save.context.text !== summary?.context) setContext(session, summary, save)
      if (named) {
        run(
          'INSERT INTO saves (session_key, id, hash, created_at) VALUES (?, ?, ?, ?)',
          session.key,
          named.id,
          named.hash,
          at,
        )
      }
      run(
        'UPDATE sessions SET head_id = ?, updated_at = max(updated_at, ?), label = coalesce(?, label) WHERE key = ?',
        head?.id ?? null,
        at,
        save.label,
        session.key,
      )
      const window = (head?.position ?? 0) - ((summary?.through_position as number | undefined) ?? 0)
      if (window <= save.maxWindow) return 'saved'
      addJobs(database, session.key, [{ kind: 'compaction', dueAt: save.compactionAt }])
      return 'compacting'
    })
  }

  /** Where the head stands; its text can be a megabyte and is not needed. */
  function headOf({ key, headId }: SessionRow): Place | null {
    const row = one('SELECT id, branch, position FROM messages WHERE session_key = ? AND id = ?', key, headId)
    return (row as Place | undefined) ?? null
  }

  /** A deleted session that could still be restored gives way: a save is never refused. */
  function createInPlace(ref: SessionRef, title: string, at: number): SessionRow {
    const deleted = one(
      'SELECT key FROM sessions WHERE namespace = ? AND id = ? AND deleted_at IS NOT NULL',
      ref.namespace,
      ref.sessionId,
    )
    if (deleted) removeSessions(database, [deleted.key as number])
    return tree.createSession(ref, { title }, at)
  }

  function setContext(session: SessionRow, current: Row | null, { context, at }: Save): void {
    if (!context) return
    run(
      `INSERT INTO summaries (session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 'client', NULL, ?)`,
      session.key,
      context.id,
      (current?.through_id as string | undefined) ?? null,
      (current?.through_position as number | undefined) ?? 0,
      (current?.id as string | undefined) ?? null,
      context.text,
      context.tokens,
      at,
    )
    tree.bumpGeneration(session.key)
  }

  /** The summary that covers the path of `head`, found without walking the window. */
  function nearestSummary(session: SessionRow, head: Place | null): Row | null {
    if (head && isForked(session.key, head)) {
      const { summary } = requireWindow(session.key, head.id)
      return (
        (summary &&
          one('SELECT * FROM summaries WHERE session_key = ? AND id = ?', session.key, summary.id)) ??
        null
      )
    }
    const nearest = one(
      `SELECT s.* FROM summaries s LEFT JOIN messages m ON m.session_key = s.session_key AND m.id = s.through_id
       WHERE s.session_key = ? AND (s.through_id IS NULL OR (m.branch = ? AND m.position <= ?))
       ORDER BY s.through_position DESC, s.seq DESC LIMIT 1`,
      session.key,
      head?.branch ?? 0,
      head?.position ?? 0,
    )
    return nearest ?? null
  }

  const isForked = (key: number, { branch }: Place) =>
    one(
      'SELECT 1 FROM branches WHERE session_key = ? AND branch = ? AND parent_branch IS NOT NULL',
      key,
      branch,
    ) !== undefined

  function memoryOf(ref: SessionRef, limit: number): ClientMemory {
    const session = findSession(ref)
    if (!session) return EMPTY
    const head = headOf(session)
    const summary = nearestSummary(session, head)
    const covered = (summary?.through_position as number | undefined) ?? 0
    const messages: ClientMessage[] = []
    for (const { branch, upTo } of head ? stretchesOf(session.key, head) : []) {
      const rows = all(
        `SELECT ${COLUMNS} FROM messages WHERE session_key = ? AND branch = ? AND position <= ? AND position > ?
         AND ${SAID} ORDER BY position DESC LIMIT ?`,
        session.key,
        branch,
        upTo,
        covered,
        limit - messages.length,
      )
      messages.push(...rows.map(toClientMessage))
      if (messages.length >= limit) break
    }
    return {
      messages,
      context: (summary?.context as string | undefined) ?? null,
      // What a program gave cost no tokens.
      tokens: summary && summary.source !== 'client' ? (summary.tokens as number) : 0,
    }
  }

  const stretchesOf = (key: number, head: Place) =>
    isForked(key, head) ? pathStretches(key, head) : [{ branch: head.branch, upTo: head.position }]

  return {
    saveMessages,
    readMemory: remembering(database, (ref, limit) => read(() => memoryOf(ref, limit))),

    readLog: (ref, { after, limit }) =>
      read(() => {
        const session = findSession(ref)
        const head = session && headOf(session)
        if (!head) return { messages: [], next: null }
        const rows: Row[] = []
        for (const { branch, upTo } of stretchesOf(session.key, head).toReversed()) {
          if (rows.length > limit) break
          const from = Math.max(after, (rows.at(-1)?.position as number | undefined) ?? 0)
          rows.push(
            ...all(
              `SELECT ${COLUMNS} FROM messages WHERE session_key = ? AND branch = ? AND position > ? AND position <= ?
               AND ${SAID} ORDER BY position LIMIT ?`,
              session.key,
              branch,
              from,
              upTo,
              limit + 1 - rows.length,
            ),
          )
        }
        const page = rows.slice(0, limit)
        return {
          messages: page.map(toClientMessage),
          next: rows.length > limit ? ((page.at(-1)?.position as number | undefined) ?? null) : null,
        }
      }),

    listLabelled: async (namespace, { label, limit, offset }) =>
      all(
        `SELECT id FROM sessions WHERE namespace = ? AND label = ? AND deleted_at IS NULL
         ORDER BY updated_at, id LIMIT ? OFFSET ?`,
        namespace,
        label,
        limit,
        offset,
      ).map((row) => row.id as string),

    pruneSaves: (before) => write(() => run('DELETE FROM saves WHERE created_at < ?', before)),
  }
}
