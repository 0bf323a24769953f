import { MemoryError } from '../../errors.ts'
import { chunksFrom, type MessageRow, type SessionRow, toRun } from '../rows.ts'
import type { BeginTurn, Run, RunStore, SessionRef } from '../store.ts'
import type { Database, Row } from './database.ts'
import type { Indexing } from './indexing.ts'
import { addJobs } from './jobs.ts'
import { spendAllowances } from './limits.ts'
import type { Tree } from './tree.ts'

export function runsMethods(database: Database, tree: Tree, indexing: Indexing): RunStore {
  const { all, one, run, read, write, commit } = database
  const {
    findSession,
    requireSession,
    createSession,
    findMessage,
    requireMessage,
    pathStretches,
    isOnPath,
    insertMessage,
    moveHead,
  } = tree
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
      insertMessage(key, prompt, {
        id,
        role: 'assistant',
        content: '',
        byChat: true,
        status: 'streaming',
        createdAt: now,
      })
    const newPrompt = (parent: MessageRow | null, id: string, content: string) =>
      insertMessage(key, parent, { id, role: 'user', content, byChat: true, createdAt: now })

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
    async beginTurn(ref, begin) {
      const { value, durable } = await commit(() => {
        const session =
          findSession(ref) ??
          (begin.create ? createSession(ref, begin.create, begin.now) : requireSession(ref))
        const replay = findReplay(session.key, ref, begin)
        if (replay) return { run: replay, replayed: true }
        const active = one(
          `SELECT count(*) AS n, count(*) FILTER (WHERE s.key = ?) AS here
           FROM sessions s JOIN runs r ON r.session_key = s.key AND r.ended_at IS NULL WHERE s.namespace = ?`,
          session.key,
          ref.namespace,
        ) as { n: number; here: number }
        if (active.n >= begin.maxActiveRuns) {
          throw new MemoryError(
            'too-many-runs',
            'Too many replies are being written. Wait for one to end, or stop one.',
          )
        }
        spendAllowances(database, begin.allowances ?? [], begin.now)
        const { prompt, reply } = placeTurn(session, begin)
        moveHead(session.key, reply.id, begin.now)
        const row = one(
          `INSERT INTO runs (session_key, id, message_id, prompt_id, status, mode, owner, heartbeat_at, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
          session.key,
          begin.run.id,
          reply.id,
          prompt.id,
          // Nothing before it: it starts with this very write, and the model need not wait for a second one.
          active.here > 0 ? 'queued' : 'running',
          begin.run.mode,
          begin.run.owner,
          begin.now,
          begin.now,
        ) as Row
        return { run: toRun(row, ref), replayed: false }
      })
      return { ...value, durable }
    },

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
        return { chunks: chunksFrom(batches, from), status: row.status as Run['status'] }
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
        indexing.reindex(key, { ...message, content: end.content })
        indexing.addWithThis()
        run('UPDATE sessions SET updated_at = max(updated_at, ?) WHERE key = ?', end.at, key)
        addJobs(database, key, end.jobs)
        return true
      }),

    pruneChunks: (endedBefore) =>
      write(() => {
        run('DELETE FROM run_chunks WHERE run_seq IN (SELECT seq FROM runs WHERE ended_at < ?)', endedBefore)
      }),
  }
}
