import type { ClientMemory, ClientStore, Save } from '../client-store.ts'
import { bare, bareMessage, toClientMessage, toMessage, toSummary } from '../rows.ts'
import type { SessionRef } from '../store.ts'
import type { Database, Row } from './database.ts'
import { removeSessions } from './forgetting.ts'
import { addJobs } from './jobs.ts'
import { remembering } from './remembering.ts'
import { createStanding, type Standing } from './standing.ts'
import type { Tree } from './tree.ts'

const EMPTY: ClientMemory = { messages: [], context: null, tokens: 0 }

const COLUMNS = 'id, role, content, name, by_chat, created_at, position'

/** A reply that has no text says nothing to a program; a program's own empty message does. */
const SAID = "status <> 'streaming' AND (content <> '' OR by_chat = 0)"

export function clientMethods(database: Database, tree: Tree): ClientStore {
  const { all, one, run, read, write } = database
  const { standingOf, nearestSummary, messagesOf } = createStanding(database, tree)

  function saveMessages(ref: SessionRef, save: Save) {
    return write(() => {
      const { named, at } = save
      const before = openForSave(ref, save)
      const known =
        named && one('SELECT hash FROM saves WHERE session_key = ? AND id = ?', before.key, named.id)
      if (known) return known.hash === named.hash ? 'repeated' : 'conflict'
      if (save.mark && isUnanswered(before.key, save.mark, at)) return 'repeated'
      const head = tree.insertLine(before.key, before.head, save.messages)
      const opensBranch = before.head !== null && head?.branch !== before.head.branch
      const standing = { ...before, head, forked: before.forked || opensBranch }
      const summary = nearestSummary(standing)
      if (save.context && save.context.text !== summary?.context)
        setContext(standing, summary, save.context, at)
      if (named) {
        const sql = 'INSERT INTO saves (session_key, id, hash, created_at) VALUES (?, ?, ?, ?)'
        run(sql, standing.key, named.id, named.hash, at)
      }
      const sql = 'UPDATE sessions SET head_id = ?, updated_at = max(updated_at, ?) WHERE key = ?'
      run(sql, head?.id ?? null, at, standing.key)
      if (save.label !== before.label)
        run('INSERT OR IGNORE INTO more_labels (label, session_key) VALUES (?, ?)', save.label, standing.key)
      addJobs(database, standing.key, save.jobs ?? [])
      if ((head?.position ?? 0) - coveredBy(summary) <= save.maxWindow) return 'saved'
      addJobs(database, standing.key, [{ kind: 'compaction', dueAt: save.compactionAt }])
      return 'compacting'
    })
  }

  /** Whether an equal save waits for its answer; from now on this one does. */
  function isUnanswered(key: number, { id, since, before }: NonNullable<Save['mark']>, at: number): boolean {
    const sql = 'INSERT OR IGNORE INTO unanswered_saves (mark, session_key, created_at) VALUES (?, ?, ?)'
    if (run(sql, id, key, at) === 1) return false
    const stored = one('SELECT created_at FROM unanswered_saves WHERE mark = ?', id)?.created_at as number
    run('UPDATE unanswered_saves SET created_at = ? WHERE mark = ?', at, id)
    return stored >= since && stored <= before
  }

  /** A deleted session that could still be restored gives way: a save is never refused. */
  function openForSave(ref: SessionRef, save: Save): Standing {
    const { label, at } = save
    const found = standingOf(ref)
    if (found && !found.deleted) return found
    if (found) removeSessions(database, [found.key])
    const { key } = tree.createSession(ref, { title: save.title, label }, at)
    return { key, label, deleted: false, head: null, forked: false }
  }

  function setContext(
    { key }: Standing,
    current: Row | null,
    { id, text, tokens }: NonNullable<Save['context']>,
    at: number,
  ): void {
    run(
      `INSERT INTO summaries (session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 'client', NULL, ?)`,
      key,
      id,
      current?.through_id ?? null,
      coveredBy(current),
      current?.id ?? null,
      text,
      tokens,
      at,
    )
    tree.bumpGeneration(key)
  }

  function liveStanding(ref: SessionRef): Standing | null {
    const standing = standingOf(ref)
    return standing && !standing.deleted ? standing : null
  }

  function memoryOf(ref: SessionRef, limit: number): ClientMemory {
    const standing = liveStanding(ref)
    if (!standing) return EMPTY
    const summary = nearestSummary(standing)
    const rows = messagesOf(standing, {
      from: 'newest',
      after: coveredBy(summary),
      limit,
      columns: COLUMNS,
      where: SAID,
    })
    return {
      messages: rows.map(toClientMessage),
      context: (summary?.context as string | undefined) ?? null,
      // What a program gave cost no tokens.
      tokens: summary && summary.source !== 'client' ? (summary.tokens as number) : 0,
    }
  }

  return {
    saveMessages,

    readMemory: remembering(database, {
      keyOf: (ref: SessionRef, limit: number) =>
        `${limit} ${ref.namespace.length} ${ref.namespace} ${ref.sessionId}`,
      read: (ref, limit) => read(() => memoryOf(ref, limit)),
      sizeOf: ({ messages, context }) =>
        messages.reduce((sum, { content }) => sum + content.length, context?.length ?? 0),
    }),

    getWindowStart: (ref, limit) =>
      read(() => {
        const session = tree.requireSession(ref)
        const standing = standingOf(ref) as Standing
        const summary = nearestSummary(standing)
        const rows = messagesOf(standing, { from: 'oldest', after: coveredBy(summary), limit, columns: '*' })
        return {
          session: bare(session),
          messages: rows.map((row) => bareMessage(toMessage(row))),
          summary: summary && toSummary(summary),
        }
      }),

    readLog: (ref, { after, limit }) =>
      read(() => {
        const standing = liveStanding(ref)
        if (!standing) return { messages: [], next: null }
        const page = { from: 'oldest' as const, after, limit: limit + 1, columns: COLUMNS, where: SAID }
        const rows = messagesOf(standing, page)
        const messages = rows.slice(0, limit)
        return {
          messages: messages.map(toClientMessage),
          next: rows.length > limit ? ((messages.at(-1)?.position as number | undefined) ?? null) : null,
        }
      }),

    listLabelled: remembering(database, {
      keyOf: (
        namespace: string,
        { label, limit, offset }: { label: string; limit: number; offset: number },
      ) => `${limit} ${offset} ${namespace.length} ${namespace} ${label}`,
      read: async (namespace, { label, limit, offset }) =>
        all(
          `SELECT id, updated_at FROM sessions WHERE namespace = ?1 AND label = ?2 AND deleted_at IS NULL
           UNION ALL SELECT s.id, s.updated_at FROM more_labels m JOIN sessions s ON s.key = m.session_key
           WHERE m.label = ?2 AND s.namespace = ?1 AND s.label <> ?2 AND s.deleted_at IS NULL
           ORDER BY updated_at, id LIMIT ?3 OFFSET ?4`,
          namespace,
          label,
          limit,
          offset,
        ).map((row) => row.id as string),
      sizeOf: (ids) => ids.length * 40,
    }),

    markAnswered: (marks) =>
      write(() => {
        const sql = 'DELETE FROM unanswered_saves WHERE mark IN (SELECT value FROM json_each(?))'
        run(sql, JSON.stringify(marks))
      }),

    pruneSaves: (before) =>
      write(() => {
        run('DELETE FROM unanswered_saves WHERE created_at < ?', before)
        return run('DELETE FROM saves WHERE created_at < ?', before)
      }),
  }
}

/** The position of the last message that a summary covers. */
const coveredBy = (summary: Row | null): number => (summary?.through_position as number | undefined) ?? 0
