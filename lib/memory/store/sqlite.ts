import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { MemoryError, type MemoryErrorCode } from '../errors.ts'
import { SQLITE_MIGRATIONS } from './migrations.ts'
import type {
  BeginTurn,
  Job,
  JobKind,
  Message,
  NewJob,
  NewMessage,
  Run,
  Session,
  SessionRef,
  Store,
  Summary,
} from './store.ts'

type Row = Record<string, SQLInputValue>
type SessionRow = Session & { key: number }
type MessageRow = Message & { seq: number; branch: number }
/** A stretch of a path: the messages of `branch` at positions up to `upTo`. */
type Stretch = { branch: number; upTo: number }

/** How long a statement waits for another process's write before it fails with `storage-busy`. */
const BUSY_TIMEOUT_MS = 5000

/** Hits looked at before those of other branches fall away. */
const SEARCH_CANDIDATES = 200

const TITLE_STRENGTH = { 'first-words': 0, model: 1, person: 2 } as const

/**
 * The embedded store: one SQLite file (`:memory:` for tests), shared by any number of processes on one machine.
 * Creates the file, its folder and its schema when they are absent. Every write is synced to disk before it resolves.
 */
export function createSqliteStore(path: string): Store {
  const database = guard(() => openDatabase(path))
  const statements = new Map<string, StatementSync>()

  // --- statements and transactions ------------------------------------------------------------------------------

  function statement(sql: string): StatementSync {
    const prepared = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, prepared)
    return prepared
  }
  const all = (sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as Row[]
  const one = (sql: string, ...values: SQLInputValue[]) => statement(sql).get(...values) as Row | undefined
  const run = (sql: string, ...values: SQLInputValue[]) => Number(statement(sql).run(...values).changes)

  async function transaction<T>(begin: string, work: () => T): Promise<T> {
    return guard(() => {
      database.exec(begin)
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        // SQLite rolls back by itself when the disk is full; a second ROLLBACK would hide that error.
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    })
  }
  /** IMMEDIATE: a transaction that reads first and then writes fails at once when another process wrote between. */
  const write = <T>(work: () => T) => transaction('BEGIN IMMEDIATE', work)
  const read = <T>(work: () => T) => transaction('BEGIN', work)

  // --- rows -----------------------------------------------------------------------------------------------------

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

  function createSession(ref: SessionRef, title: string, at: number): SessionRow {
    const inserted = one(
      `INSERT INTO sessions (namespace, id, title, title_source, created_at, updated_at)
       VALUES (?, ?, ?, 'first-words', ?, ?) ON CONFLICT DO NOTHING RETURNING *`,
      ref.namespace,
      ref.sessionId,
      title,
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
  ): { messages: MessageRow[]; summary: Summary | null } {
    const rows = all(
      `WITH RECURSIVE walk (id, parent_id, summary_seq) AS (
         SELECT m.id, m.parent_id, (SELECT max(s.seq) FROM summaries s WHERE s.session_key = ?1 AND s.through_id = m.id)
         FROM messages m WHERE m.session_key = ?1 AND m.id = ?2
         UNION ALL
         SELECT m.id, m.parent_id, (SELECT max(s.seq) FROM summaries s WHERE s.session_key = ?1 AND s.through_id = m.id)
         FROM walk w JOIN messages m ON m.session_key = ?1 AND m.id = w.parent_id
         WHERE w.summary_seq IS NULL
       )
       SELECT m.*, w.summary_seq FROM walk w JOIN messages m ON m.session_key = ?1 AND m.id = w.id
       ORDER BY m.position`,
      key,
      headId,
    )
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

  // --- the tree -------------------------------------------------------------------------------------------------

  /** The path of a message, from its end to the root. */
  function pathStretches(key: number, head: MessageRow): Stretch[] {
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

  const isOnPath = (message: MessageRow, path: Stretch[]) =>
    path.some((stretch) => stretch.branch === message.branch && message.position <= stretch.upTo)

  function insertMessage(key: number, parent: MessageRow | null, message: NewMessage): MessageRow {
    const hasSibling = one(
      'SELECT 1 FROM messages WHERE session_key = ? AND parent_id IS ? LIMIT 1',
      key,
      parent?.id ?? null,
    )
    const branch = parent && !hasSibling ? parent.branch : openBranch(key, parent)
    const row = one(
      `INSERT INTO messages (session_key, id, parent_id, branch, position, role, content, status, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
      key,
      message.id,
      parent?.id ?? null,
      branch,
      (parent?.position ?? 0) + 1,
      message.role,
      message.content,
      message.status ?? 'complete',
      message.createdAt,
    ) as Row
    const inserted = toMessage(row)
    if (inserted.status !== 'streaming') indexMessage(key, inserted.seq, message.content)
    return inserted
  }

  function openBranch(key: number, parent: MessageRow | null): number {
    const row = one(
      `INSERT INTO branches (session_key, branch, parent_branch, fork_position)
       SELECT ?1, coalesce(max(branch), 0) + 1, ?2, ?3 FROM branches WHERE session_key = ?1 RETURNING branch`,
      key,
      parent?.branch ?? null,
      parent?.position ?? 0,
    ) as Row
    return row.branch as number
  }

  function indexMessage(key: number, seq: number, content: string): void {
    run('DELETE FROM message_index WHERE rowid = ?', seq)
    if (content.trim())
      run('INSERT INTO message_index (rowid, content, tag) VALUES (?, ?, ?)', seq, content, tagOf(key))
  }

  function moveHead(key: number, headId: string | null, at: number): void {
    run('UPDATE sessions SET head_id = ?, updated_at = max(updated_at, ?) WHERE key = ?', headId, at, key)
  }

  const bumpGeneration = (key: number) =>
    run('UPDATE sessions SET generation = generation + 1 WHERE key = ?', key)

  function addJobs(key: number, jobs: NewJob[]): void {
    for (const job of jobs) {
      // A job that failed keeps its pause: a new message is no reason to ask a failing model sooner.
      run(
        `INSERT INTO jobs (id, session_key, kind, due_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (session_key, kind) DO UPDATE SET revision = revision + 1,
           due_at = CASE WHEN attempts = 0 THEN min(due_at, excluded.due_at) ELSE due_at END`,
        crypto.randomUUID(),
        key,
        job.kind,
        job.dueAt,
      )
    }
  }

  // --- turns ----------------------------------------------------------------------------------------------------

  /** The run of a turn that was made durable before, when this is the same turn again. */
  function findReplay(key: number, ref: SessionRef, { turn }: BeginTurn): Run | null {
    if (turn.kind === 'continue') {
      const active = one(
        'SELECT * FROM runs WHERE session_key = ? AND message_id = ? AND ended_at IS NULL',
        key,
        turn.messageId,
      )
      return active ? toRun(active, ref) : null
    }
    const reply = findMessage(key, turn.replyId)
    const asked = turn.kind === 'regenerate' ? null : findMessage(key, turn.id)
    if (!reply && !asked) return null
    const sameText = turn.kind === 'regenerate' || (asked?.role === 'user' && asked.content === turn.text)
    const sameReply = turn.kind === 'regenerate' || (reply !== null && reply.parentId === asked?.id)
    const row =
      reply && sameText && sameReply
        ? one(
            'SELECT * FROM runs WHERE session_key = ? AND message_id = ? ORDER BY seq LIMIT 1',
            key,
            reply.id,
          )
        : undefined
    if (!row)
      throw new MemoryError('conflict', 'This id is already used for another message. Send it as a new one.')
    return toRun(row, ref)
  }

  /** The message that a new turn's reply hangs under, and, for `continue`, the reply itself. */
  function placeTurn(
    session: SessionRow,
    { turn, now }: BeginTurn,
  ): { prompt: MessageRow; reply: MessageRow } {
    const key = session.key
    const newReply = (prompt: MessageRow, id: string) =>
      insertMessage(key, prompt, { id, role: 'assistant', content: '', status: 'streaming', createdAt: now })
    const newPrompt = (parent: MessageRow | null, id: string, content: string) =>
      insertMessage(key, parent, { id, role: 'user', content, createdAt: now })

    switch (turn.kind) {
      case 'send': {
        const head = findMessage(key, session.headId)
        const seen = findMessage(key, turn.after)
        const elsewhere = seen && head && !isOnPath(seen, pathStretches(key, head))
        const prompt = newPrompt(elsewhere ? seen : head, turn.id, turn.text)
        return { prompt, reply: newReply(prompt, turn.replyId) }
      }
      case 'edit': {
        const edited = requireMessage(key, turn.messageId)
        if (edited.role !== 'user') throw new MemoryError('conflict', 'Only your own messages can be edited.')
        const prompt = newPrompt(findMessage(key, edited.parentId), turn.id, turn.text)
        return { prompt, reply: newReply(prompt, turn.replyId) }
      }
      case 'regenerate': {
        const old = requireMessage(key, turn.messageId)
        const prompt = findMessage(key, old.parentId)
        if (old.role === 'user' || !prompt)
          throw new MemoryError('conflict', 'Only a reply can be written again.')
        if (old.status === 'streaming')
          throw new MemoryError('conflict', 'This reply is still being written.')
        return { prompt, reply: newReply(prompt, turn.replyId) }
      }
      case 'continue': {
        const reply = requireMessage(key, turn.messageId)
        const prompt = findMessage(key, reply.parentId)
        const goesOn =
          reply.status === 'stopped' || reply.status === 'interrupted' || reply.status === 'failed'
        const isLast = !one('SELECT 1 FROM messages WHERE session_key = ? AND parent_id = ?', key, reply.id)
        if (!prompt || reply.role === 'user' || !goesOn || !isLast) {
          throw new MemoryError('conflict', 'Only the last reply can go on, and only when it was cut short.')
        }
        run("UPDATE messages SET status = 'streaming', error = NULL WHERE seq = ?", reply.seq)
        return { prompt, reply }
      }
      default:
        return turn satisfies never
    }
  }

  const sessionOf = (ref: SessionRef) =>
    one('SELECT key FROM sessions WHERE namespace = ? AND id = ?', ref.namespace, ref.sessionId)?.key as
      | number
      | undefined

  const findRun = (ref: SessionRef, runId: string): (Row & { seq: number }) | null =>
    (one(
      `SELECT r.*, s.deleted_at FROM runs r JOIN sessions s ON s.key = r.session_key
       WHERE s.namespace = ? AND s.id = ? AND r.id = ?`,
      ref.namespace,
      ref.sessionId,
      runId,
    ) as (Row & { seq: number }) | undefined) ?? null

  return {
    // --- sessions -------------------------------------------------------------------------------------------------

    getSession: (ref) => read(() => bare(findSession(ref))),

    listSessions: (namespace, { limit, before }) =>
      read(() =>
        all(
          `SELECT s.*, EXISTS (SELECT 1 FROM runs r WHERE r.session_key = s.key AND r.ended_at IS NULL) AS running
           FROM sessions s
           WHERE s.namespace = ? AND s.deleted_at IS NULL AND (s.updated_at, s.id) < (?, ?)
           ORDER BY s.updated_at DESC, s.id DESC LIMIT ?`,
          namespace,
          before?.updatedAt ?? Number.MAX_SAFE_INTEGER,
          before?.id ?? '',
          limit,
        ).map((row) => ({ ...bare(toSession(row)), running: row.running === 1 })),
      ),

    setTitle: (ref, title, source) =>
      write(() => {
        const session = findSession(ref)
        if (!session || TITLE_STRENGTH[source] < TITLE_STRENGTH[session.titleSource]) return false
        return (
          run('UPDATE sessions SET title = ?, title_source = ? WHERE key = ?', title, source, session.key) > 0
        )
      }),

    selectVersion: (ref, messageId) =>
      write(() => {
        const session = requireSession(ref)
        const leaf = one(
          `WITH RECURSIVE down (id, depth) AS (
             SELECT id, 0 FROM messages WHERE session_key = ?1 AND id = ?2
             UNION ALL
             SELECT (SELECT c.id FROM messages c WHERE c.session_key = ?1 AND c.parent_id = d.id ORDER BY c.seq DESC LIMIT 1),
                    d.depth + 1
             FROM down d WHERE d.id IS NOT NULL
           ) SELECT id FROM down WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1`,
          session.key,
          requireMessage(session.key, messageId).id,
        ) as Row
        run('UPDATE sessions SET head_id = ? WHERE key = ?', leaf.id as string, session.key)
        return bare({ ...session, headId: leaf.id as string })
      }),

    deleteSession: (ref, at) =>
      write(() => {
        const session = findSession(ref)
        if (!session) return false
        run('UPDATE sessions SET deleted_at = ? WHERE key = ?', at, session.key)
        run('UPDATE runs SET stop_requested = 1 WHERE session_key = ? AND ended_at IS NULL', session.key)
        return bumpGeneration(session.key) > 0
      }),

    restoreSession: (ref) =>
      write(
        () =>
          run(
            'UPDATE sessions SET deleted_at = NULL WHERE namespace = ? AND id = ? AND deleted_at IS NOT NULL',
            ref.namespace,
            ref.sessionId,
          ) > 0,
      ),

    purgeDeleted: (deletedBefore) =>
      write(() => {
        run(
          `DELETE FROM message_index WHERE rowid IN (
             SELECT m.seq FROM sessions s JOIN messages m ON m.session_key = s.key WHERE s.deleted_at <= ?)`,
          deletedBefore,
        )
        return run('DELETE FROM sessions WHERE deleted_at <= ?', deletedBefore)
      }),

    // --- messages -------------------------------------------------------------------------------------------------

    appendMessages: (ref, messages, options = {}) =>
      write(() => {
        const at = messages.at(-1)?.createdAt ?? 0
        const session = findSession(ref) ?? createSession(ref, options.title ?? '', at)
        const parentId = options.parentId === undefined ? session.headId : options.parentId
        let parent = parentId === null ? null : requireMessage(session.key, parentId)
        for (const message of messages) {
          const held = findMessage(session.key, message.id)
          if (held && (held.role !== message.role || held.content !== message.content)) {
            throw new MemoryError(
              'conflict',
              'This id is already used for another message. Send it as a new one.',
            )
          }
          parent = held ?? insertMessage(session.key, parent, message)
        }
        moveHead(session.key, parent?.id ?? null, at)
        addJobs(session.key, options.jobs ?? [])
        return bare(requireSession(ref))
      }),

    getMessage: (ref, messageId) =>
      read(() => {
        const session = findSession(ref)
        return session && bareMessage(findMessage(session.key, messageId))
      }),

    listPath: (ref, { limit, before }) =>
      read(() => {
        const session = requireSession(ref)
        const head = findMessage(session.key, session.headId)
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

    getWindow: (ref, headId) =>
      read(() => {
        const session = requireSession(ref)
        const window = requireWindow(session.key, headId === undefined ? session.headId : headId)
        return {
          session: bare(session),
          messages: window.messages.map((message) => bareMessage(message)),
          summary: window.summary,
        }
      }),

    searchPath: (ref, { headId, terms, throughPosition, limit }) =>
      read(() => {
        const session = requireSession(ref)
        const head = requireMessage(session.key, headId)
        if (terms.length === 0 || throughPosition < 1) return []
        const words = terms.map((term) => `"${term.replaceAll('"', '""')}"`).join(' OR ')
        const rows = all(
          `SELECT m.* FROM message_index i JOIN messages m ON m.seq = i.rowid
           WHERE message_index MATCH ? AND m.session_key = ? AND m.position <= ?
           ORDER BY bm25(message_index, 1.0, 0.0), m.seq DESC LIMIT ?`,
          `tag : ${tagOf(session.key)} AND content : (${words})`,
          session.key,
          throughPosition,
          Math.max(limit, SEARCH_CANDIDATES),
        )
        const path = pathStretches(session.key, head)
        return rows
          .map(toMessage)
          .filter((message) => isOnPath(message, path))
          .slice(0, limit)
          .map((message) => bareMessage(message))
      }),

    forgetMessage: (ref, messageId) =>
      write(() => {
        const session = findSession(ref)
        const message = session && findMessage(session.key, messageId)
        if (!session || !message) return false
        const key = session.key
        run(
          `WITH RECURSIVE covered (id) AS (
             SELECT ?2 UNION ALL
             SELECT m.id FROM covered c JOIN messages m ON m.session_key = ?1 AND m.parent_id = c.id
           ) DELETE FROM summaries WHERE session_key = ?1 AND through_id IN (SELECT id FROM covered)`,
          key,
          messageId,
        )
        run(
          'UPDATE messages SET parent_id = ? WHERE session_key = ? AND parent_id = ?',
          message.parentId,
          key,
          messageId,
        )
        run('DELETE FROM runs WHERE session_key = ? AND message_id = ?', key, messageId)
        run('DELETE FROM message_index WHERE rowid = ?', message.seq)
        run('DELETE FROM messages WHERE seq = ?', message.seq)
        if (session.headId === messageId)
          run('UPDATE sessions SET head_id = ? WHERE key = ?', message.parentId, key)
        for (const row of all(
          'SELECT * FROM messages WHERE session_key = ? AND instr(receipt, ?) > 0',
          key,
          messageId,
        )) {
          const { seq, receipt } = toMessage(row)
          if (!receipt) continue
          const kept = {
            ...receipt,
            windowIds: receipt.windowIds.filter((id) => id !== messageId),
            retrievedIds: receipt.retrievedIds.filter((id) => id !== messageId),
          }
          run('UPDATE messages SET receipt = ? WHERE seq = ?', JSON.stringify(kept), seq)
        }
        return bumpGeneration(key) > 0
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
             held (folds, words) AS (
               SELECT (SELECT count(*) FROM chain c WHERE m.position > c.above AND m.position <= c.up_to),
                      (SELECT count(*) FROM walk w WHERE w.id = m.id)
               FROM stretch s JOIN messages m ON m.session_key = ?1 AND m.branch = s.branch AND m.position <= s.up_to
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

    // --- summaries ------------------------------------------------------------------------------------------------

    insertSummary: (ref, summary, fence) =>
      write(() => {
        const session = findSession(ref)
        const through = session && findMessage(session.key, summary.throughId)
        if (!session || !through || session.generation !== fence.generation) return false
        if (!one('SELECT 1 FROM jobs WHERE id = ? AND lease = ?', fence.jobId, fence.lease)) return false
        const current = requireWindow(session.key, through.id).summary
        if ((current?.id ?? null) !== fence.currentId) return false
        addSummary(session.key, { ...summary, throughPosition: through.position })
        return true
      }),

    replaceContext: (ref, context) =>
      write(() => {
        const session = requireSession(ref)
        const current = requireWindow(session.key, session.headId).summary
        const summary: Summary = {
          ...context,
          throughId: current?.throughId ?? null,
          throughPosition: current?.throughPosition ?? 0,
          baseId: current?.id ?? null,
          folded: 0,
          model: null,
        }
        addSummary(session.key, summary)
        bumpGeneration(session.key)
        return summary
      }),

    deleteSummary: (ref, summaryId) =>
      write(() => {
        const session = findSession(ref)
        if (!session || !findSummary(session.key, summaryId)) return false
        run(
          `WITH RECURSIVE grown (id) AS (
             SELECT ?2 UNION ALL
             SELECT s.id FROM grown g JOIN summaries s ON s.session_key = ?1 AND s.base_id = g.id
           ) DELETE FROM summaries WHERE session_key = ?1 AND id IN (SELECT id FROM grown)`,
          session.key,
          summaryId,
        )
        return bumpGeneration(session.key) > 0
      }),

    listSummaries: (ref) =>
      read(() => {
        const session = requireSession(ref)
        return all('SELECT * FROM summaries WHERE session_key = ? ORDER BY seq DESC', session.key).map(
          toSummary,
        )
      }),

    // --- jobs -----------------------------------------------------------------------------------------------------

    enqueueJob: (ref, job) =>
      write(() => {
        const session = findSession(ref)
        if (session) addJobs(session.key, [job])
      }),

    claimJob: ({ now, leaseMs, lease }) =>
      write(() => {
        const row = one(
          `SELECT j.*, s.namespace, s.id AS session_id, s.generation FROM jobs j JOIN sessions s ON s.key = j.session_key
           WHERE s.deleted_at IS NULL AND j.due_at <= ?1 AND coalesce(j.lease_until, 0) <= ?1
           ORDER BY j.due_at LIMIT 1`,
          now,
        )
        if (!row) return null
        run('UPDATE jobs SET lease = ?, lease_until = ? WHERE id = ?', lease, now + leaseMs, row.id as string)
        return toJob(row, lease)
      }),

    finishJob: (job, options) =>
      write(() => {
        if (options?.againAt === undefined) {
          const gone = run(
            'DELETE FROM jobs WHERE id = ? AND lease = ? AND revision = ?',
            job.id,
            job.lease,
            job.revision,
          )
          if (gone) return
        }
        run(
          `UPDATE jobs SET lease = NULL, lease_until = NULL, attempts = 0, last_error = NULL, due_at = ?
           WHERE id = ? AND lease = ?`,
          options?.againAt ?? 0,
          job.id,
          job.lease,
        )
      }),

    renewJob: (job, leaseUntil) =>
      write(
        () =>
          run('UPDATE jobs SET lease_until = ? WHERE id = ? AND lease = ?', leaseUntil, job.id, job.lease) >
          0,
      ),

    failJob: (job, { dueAt, error }) =>
      write(() => {
        run(
          `UPDATE jobs SET lease = NULL, lease_until = NULL, attempts = attempts + 1, last_error = ?, due_at = ?
           WHERE id = ? AND lease = ?`,
          error,
          dueAt,
          job.id,
          job.lease,
        )
      }),

    nextJobAt: () =>
      read(() => {
        const row = one(
          `SELECT min(max(j.due_at, coalesce(j.lease_until, 0))) AS at
           FROM jobs j JOIN sessions s ON s.key = j.session_key WHERE s.deleted_at IS NULL`,
        )
        return (row?.at as number | null | undefined) ?? null
      }),

    // --- runs -----------------------------------------------------------------------------------------------------

    beginTurn: (ref, begin) =>
      write(() => {
        const session =
          findSession(ref) ??
          (begin.create ? createSession(ref, begin.create.title, begin.now) : requireSession(ref))
        const replay = findReplay(session.key, ref, begin)
        if (replay) return { run: replay, replayed: true }
        const active = one(
          `SELECT count(*) AS n FROM sessions s JOIN runs r ON r.session_key = s.key AND r.ended_at IS NULL
           WHERE s.namespace = ?`,
          ref.namespace,
        ) as Row
        if ((active.n as number) >= begin.maxActiveRuns) {
          throw new MemoryError(
            'too-many-runs',
            'Too many replies are being written. Wait for one to end, or stop one.',
          )
        }
        const { prompt, reply } = placeTurn(session, begin)
        moveHead(session.key, reply.id, begin.now)
        const waits = one('SELECT 1 FROM runs WHERE session_key = ? AND ended_at IS NULL', session.key)
        const row = one(
          `INSERT INTO runs (session_key, id, message_id, prompt_id, status, mode, owner, heartbeat_at, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
          session.key,
          begin.run.id,
          reply.id,
          prompt.id,
          // Nothing before it: it starts with this very write, and the model need not wait for a second one.
          waits ? 'queued' : 'running',
          begin.run.mode,
          begin.run.owner,
          begin.now,
          begin.now,
        ) as Row
        return { run: toRun(row, ref), replayed: false }
      }),

    getRun: (ref, runId) =>
      read(() => {
        const row = findRun(ref, runId)
        return row && row.deleted_at === null ? toRun(row, ref) : null
      }),

    activeRuns: (ref) =>
      read(() => {
        const session = findSession(ref)
        if (!session) return []
        return all(
          'SELECT * FROM runs WHERE session_key = ? AND ended_at IS NULL ORDER BY seq',
          session.key,
        ).map((row) => toRun(row, ref))
      }),

    unfinishedRuns: () =>
      read(() =>
        all(
          `SELECT r.*, s.namespace, s.id AS session_id FROM runs r JOIN sessions s ON s.key = r.session_key
           WHERE r.ended_at IS NULL ORDER BY r.seq`,
        ).map((row) =>
          toRun(row, { namespace: row.namespace as string, sessionId: row.session_id as string }),
        ),
      ),

    startRun: (given, at) =>
      write(() => {
        const row = findRun(given.ref, given.id)
        if (!row || row.ended_at !== null || row.stop_requested === 1 || row.deleted_at !== null)
          return 'stop'
        const earlier = one(
          'SELECT 1 FROM runs WHERE session_key = ? AND ended_at IS NULL AND seq < ?',
          row.session_key as number,
          row.seq,
        )
        run(
          'UPDATE runs SET heartbeat_at = ?, status = ? WHERE seq = ?',
          at,
          earlier ? (row.status as string) : 'running',
          row.seq,
        )
        return earlier ? 'wait' : 'started'
      }),

    appendChunks: (given, { first, chunks, at }) =>
      write(() => {
        const row = findRun(given.ref, given.id)
        if (!row || row.ended_at !== null) return { stop: true }
        if (chunks.length > 0) {
          run(
            'INSERT INTO run_chunks (run_seq, first, chunks) VALUES (?, ?, ?)',
            row.seq,
            first,
            JSON.stringify(chunks),
          )
        }
        run('UPDATE runs SET heartbeat_at = ? WHERE seq = ?', at, row.seq)
        return { stop: row.stop_requested === 1 || row.deleted_at !== null }
      }),

    readChunks: (ref, runId, from) =>
      read(() => {
        const row = findRun(ref, runId)
        if (!row || row.deleted_at !== null) return null
        const batches = all(
          `SELECT first, chunks FROM run_chunks WHERE run_seq = ?1 AND first >= coalesce(
             (SELECT max(first) FROM run_chunks WHERE run_seq = ?1 AND first <= ?2), 0) ORDER BY first`,
          row.seq,
          from,
        )
        const chunks = batches.flatMap((batch) => {
          const list = JSON.parse(batch.chunks as string) as string[]
          return list.slice(Math.max(0, from - (batch.first as number)))
        })
        return { chunks, status: row.status as Run['status'] }
      }),

    requestStop: (ref, runId) =>
      write(() => {
        const row = findRun(ref, runId)
        if (!row || row.ended_at !== null || row.deleted_at !== null) return false
        return run('UPDATE runs SET stop_requested = 1 WHERE seq = ?', row.seq) > 0
      }),

    finishRun: (given, end) =>
      write(() => {
        const key = sessionOf(given.ref)
        const row = findRun(given.ref, given.id)
        if (key === undefined || !row || row.ended_at !== null) return false
        run('UPDATE runs SET status = ?, ended_at = ? WHERE seq = ?', end.status, end.at, row.seq)
        const message = findMessage(key, given.messageId)
        if (!message) return false
        run(
          'UPDATE messages SET content = ?, status = ?, error = ?, receipt = coalesce(?, receipt) WHERE seq = ?',
          end.content,
          end.status,
          end.error,
          end.receipt && JSON.stringify(end.receipt),
          message.seq,
        )
        indexMessage(key, message.seq, end.content)
        run('UPDATE sessions SET updated_at = max(updated_at, ?) WHERE key = ?', end.at, key)
        addJobs(key, end.jobs)
        return true
      }),

    pruneChunks: (endedBefore) =>
      write(() => {
        run('DELETE FROM run_chunks WHERE run_seq IN (SELECT seq FROM runs WHERE ended_at < ?)', endedBefore)
      }),

    close: async () => {
      if (database.isOpen) database.close()
    },
  }

  function addSummary(key: number, summary: Summary): void {
    run(
      `INSERT INTO summaries (session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      key,
      summary.id,
      summary.throughId,
      summary.throughPosition,
      summary.baseId,
      summary.context,
      summary.tokens,
      summary.folded,
      summary.source,
      summary.model,
      summary.createdAt,
    )
  }
}

// --- opening ------------------------------------------------------------------------------------------------------

function openDatabase(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    migrate(database)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Runs the missing steps once, however many processes start at the same time. */
function migrate(database: DatabaseSync): void {
  const version = () => (database.prepare('PRAGMA user_version').get() as Row).user_version as number
  if (version() === SQLITE_MIGRATIONS.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const done = version()
    if (done > SQLITE_MIGRATIONS.length) {
      throw new MemoryError(
        'storage-unavailable',
        `The database was written by a newer version (schema ${done}, this one knows ${SQLITE_MIGRATIONS.length}). Update the app.`,
      )
    }
    for (const step of SQLITE_MIGRATIONS.slice(done)) database.exec(step)
    database.exec(`PRAGMA user_version = ${SQLITE_MIGRATIONS.length}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

// --- errors -------------------------------------------------------------------------------------------------------

/** SQLite's primary result codes (https://sqlite.org/rescode.html), as a person can act on them. */
const STORAGE_ERRORS: Record<number, [MemoryErrorCode, string]> = {
  5: ['storage-busy', 'The database is locked by another program. Try again in a moment.'],
  6: ['storage-busy', 'The database is locked by another program. Try again in a moment.'],
  8: ['storage-unavailable', 'The database file is read-only. Make the data folder writable.'],
  10: ['storage-unavailable', 'The disk failed to read or write the database. Check the disk and its space.'],
  11: ['storage-damaged', 'The database file is damaged. Restore a backup of the data folder.'],
  13: ['storage-full', 'The disk is full. Nothing was saved; free some space and try again.'],
  14: [
    'storage-unavailable',
    'The database file cannot be opened. Check the data folder and its permissions.',
  ],
  26: ['storage-damaged', 'The database file is not a database. Restore a backup of the data folder.'],
}

function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = (error as { errcode?: unknown }).errcode
    const known = typeof code === 'number' ? STORAGE_ERRORS[code & 0xff] : undefined
    if (known) throw new MemoryError(known[0], known[1], { cause: error })
    const system = (error as { code?: unknown }).code
    if (system === 'EACCES' || system === 'EROFS' || system === 'ENOSPC') {
      const full = system === 'ENOSPC'
      throw new MemoryError(
        full ? 'storage-full' : 'storage-unavailable',
        full
          ? 'The disk is full. Nothing was saved; free some space and try again.'
          : 'The data folder is not writable.',
        { cause: error },
      )
    }
    throw error
  }
}

const notFound = (message: string) => new MemoryError('not-found', message)

// --- rows to values -----------------------------------------------------------------------------------------------

const tagOf = (key: number) => `s${key}`

function toSession(row: Row): SessionRow {
  return {
    key: row.key as number,
    id: row.id as string,
    namespace: row.namespace as string,
    title: row.title as string,
    titleSource: row.title_source as Session['titleSource'],
    headId: row.head_id as string | null,
    generation: row.generation as number,
    pinned: row.pinned === 1,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}

/** Without the internal row number. */
function bare(session: SessionRow): Session
function bare(session: SessionRow | null): Session | null
function bare(session: SessionRow | null): Session | null {
  if (!session) return null
  const { key: _, ...rest } = session
  return rest
}

function toMessage(row: Row): MessageRow {
  return {
    seq: row.seq as number,
    branch: row.branch as number,
    id: row.id as string,
    parentId: row.parent_id as string | null,
    position: row.position as number,
    role: row.role as string,
    content: row.content as string,
    status: row.status as Message['status'],
    error: row.error as string | null,
    receipt: row.receipt === null ? null : JSON.parse(row.receipt as string),
    createdAt: row.created_at as number,
  }
}

function bareMessage(message: MessageRow): Message
function bareMessage(message: MessageRow | null): Message | null
function bareMessage(message: MessageRow | null): Message | null {
  if (!message) return null
  const { seq: _, branch: __, ...rest } = message
  return rest
}

function toSummary(row: Row): Summary {
  return {
    id: row.id as string,
    throughId: row.through_id as string | null,
    throughPosition: row.through_position as number,
    baseId: row.base_id as string | null,
    context: row.context as string,
    tokens: row.tokens as number,
    folded: row.folded as number,
    source: row.source as Summary['source'],
    model: row.model as string | null,
    createdAt: row.created_at as number,
  }
}

function toJob(row: Row, lease: string): Job {
  return {
    id: row.id as string,
    ref: { namespace: row.namespace as string, sessionId: row.session_id as string },
    kind: row.kind as JobKind,
    generation: row.generation as number,
    attempts: row.attempts as number,
    revision: row.revision as number,
    lease,
  }
}

function toRun(row: Row, ref: SessionRef): Run {
  return {
    id: row.id as string,
    ref,
    messageId: row.message_id as string,
    promptId: row.prompt_id as string,
    status: row.status as Run['status'],
    mode: row.mode as Run['mode'],
    owner: row.owner as string,
    stopRequested: row.stop_requested === 1,
    heartbeatAt: row.heartbeat_at as number,
    createdAt: row.created_at as number,
  }
}
