import { MemoryError } from '../../errors.ts'
import { chunksFrom, type Row, toRun } from '../rows.ts'
import type { Run, RunStore, SessionRef } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { addJobs } from './jobs.ts'
import { spendAllowances } from './limits.ts'
import {
  createSession,
  findMessage,
  findSession,
  indexMessage,
  lockSession,
  moveHead,
  requireLocked,
} from './tree.ts'
import { findReplay, placeTurn } from './turns.ts'

export function runsMethods({ read, write }: Database): RunStore {
  return {
    async beginTurn(ref, begin) {
      const begun = await write(async (db) => {
        // Before the session's: a person's turns come one after the other, so that none passes the limit beside another.
        await db.one('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ref.namespace)
        const session =
          (await lockSession(db, ref)) ??
          (begin.create
            ? await createSession(db, ref, begin.create, begin.now)
            : await requireLocked(db, ref))
        const replay = await findReplay(db, session.key, ref, begin)
        if (replay) return { run: replay, replayed: true }
        const active = (await db.one(
          `SELECT count(*) AS n FROM sessions s JOIN runs r ON r.session_key = s.key AND r.ended_at IS NULL
           WHERE s.namespace = $1`,
          ref.namespace,
        )) as Row
        if ((active.n as number) >= begin.maxActiveRuns) {
          throw new MemoryError(
            'too-many-runs',
            'Too many replies are being written. Wait for one to end, or stop one.',
          )
        }
        const { prompt, reply } = await placeTurn(db, session, begin)
        await moveHead(db, session.key, reply.id, begin.now)
        const row = (await db.one(
          // Nothing before it: it starts with this very write, and the model need not wait for a second one.
          `INSERT INTO runs (session_key, id, message_id, prompt_id, status, mode, owner, heartbeat_at, created_at)
           SELECT $1, $2, $3, $4,
             CASE WHEN EXISTS (SELECT 1 FROM runs WHERE session_key = $1 AND ended_at IS NULL)
               THEN 'queued' ELSE 'running' END,
             $5, $6, $7, $7 RETURNING *`,
          session.key,
          begin.run.id,
          reply.id,
          prompt.id,
          begin.run.mode,
          begin.run.owner,
          begin.now,
        )) as Row
        await spendAllowances(db, begin.allowances ?? [], begin.now)
        return { run: toRun(row, ref), replayed: false }
      })
      // The server answers a commit when it is on its disk.
      return { ...begun, durable: Promise.resolve() }
    },

    getRun: (ref, runId) =>
      read(async (db) => {
        const row = await findRun(db, ref, runId)
        return row && row.deleted_at === null ? toRun(row, ref) : null
      }),

    activeRuns: (ref) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return []
        const sql = 'SELECT * FROM runs WHERE session_key = $1 AND ended_at IS NULL ORDER BY seq'
        return (await db.all(sql, session.key)).map((row) => toRun(row, ref))
      }),

    unfinishedRuns: () =>
      read(async ({ all }) => {
        const rows = await all(
          `SELECT r.*, s.namespace, s.id AS session_id FROM runs r JOIN sessions s ON s.key = r.session_key
           WHERE r.ended_at IS NULL ORDER BY r.seq`,
        )
        return rows.map((row) =>
          toRun(row, { namespace: row.namespace as string, sessionId: row.session_id as string }),
        )
      }),

    startRun: (given, at) =>
      write(async (db) => {
        const row = await lockRun(db, given.ref, given.id)
        if (!row || row.ended_at !== null || row.stop_requested === 1 || row.deleted_at !== null)
          return 'stop'
        const earlier = await db.one(
          'SELECT 1 AS found FROM runs WHERE session_key = $1 AND ended_at IS NULL AND seq < $2 LIMIT 1',
          row.session_key as number,
          row.seq,
        )
        await db.run(
          'UPDATE runs SET heartbeat_at = $1, status = $2 WHERE seq = $3',
          at,
          earlier ? (row.status as string) : 'running',
          row.seq,
        )
        return earlier ? 'wait' : 'started'
      }),

    appendChunks: (given, { first, chunks, at }) =>
      write(async (db) => {
        const row = await lockRun(db, given.ref, given.id)
        if (!row || row.ended_at !== null) return { stop: true }
        if (chunks.length > 0) {
          // A batch that is here already was written by a try whose answer was lost.
          await db.run(
            'INSERT INTO run_chunks (run_seq, first, chunks) VALUES ($1, $2, $3) ON CONFLICT (run_seq, first) DO UPDATE SET chunks = excluded.chunks',
            row.seq,
            first,
            JSON.stringify(chunks),
          )
        }
        await db.run('UPDATE runs SET heartbeat_at = $1 WHERE seq = $2', at, row.seq)
        return { stop: row.stop_requested === 1 || row.deleted_at !== null }
      }),

    readChunks: (ref, runId, from) =>
      read(async (db) => {
        const row = await findRun(db, ref, runId)
        if (!row || row.deleted_at !== null) return null
        const batches = await db.all(
          `SELECT first, chunks FROM run_chunks WHERE run_seq = $1 AND first >= coalesce(
             (SELECT max(first) FROM run_chunks WHERE run_seq = $1 AND first <= $2), 0) ORDER BY first`,
          row.seq,
          from,
        )
        return { chunks: chunksFrom(batches, from), status: row.status as Run['status'] }
      }),

    requestStop: (ref, runId) =>
      write(async (db) => {
        const row = await lockRun(db, ref, runId)
        if (!row || row.ended_at !== null || row.deleted_at !== null) return false
        return (await db.run('UPDATE runs SET stop_requested = 1 WHERE seq = $1', row.seq)) > 0
      }),

    finishRun: (given, end) =>
      write(async (db) => {
        const { namespace, sessionId } = given.ref
        // Deleted or not: an undo finds the reply whole.
        const session = await db.one(
          'SELECT key FROM sessions WHERE namespace = $1 AND id = $2 FOR NO KEY UPDATE',
          namespace,
          sessionId,
        )
        const row = await lockRun(db, given.ref, given.id)
        if (!session || !row || row.ended_at !== null) return false
        const key = session.key as number
        await db.run('UPDATE runs SET status = $1, ended_at = $2 WHERE seq = $3', end.status, end.at, row.seq)
        const message = await findMessage(db, key, given.messageId)
        if (!message) return false
        await db.run(
          'UPDATE messages SET content = $1, status = $2, error = $3, receipt = coalesce($4, receipt) WHERE seq = $5',
          end.content,
          end.status,
          end.error,
          end.receipt && JSON.stringify(end.receipt),
          message.seq,
        )
        await indexMessage(db, { key, namespace }, { ...message, content: end.content })
        await db.run('UPDATE sessions SET updated_at = greatest(updated_at, $1) WHERE key = $2', end.at, key)
        await addJobs(db, key, end.jobs)
        return true
      }),

    pruneChunks: (endedBefore) =>
      write(async ({ run }) => {
        await run(
          'DELETE FROM run_chunks WHERE run_seq IN (SELECT seq FROM runs WHERE ended_at < $1)',
          endedBefore,
        )
      }),
  }
}

type RunRow = Row & { seq: number }

const FIND_RUN = `
  SELECT r.*, s.deleted_at FROM runs r JOIN sessions s ON s.key = r.session_key
  WHERE s.namespace = $1 AND s.id = $2 AND r.id = $3`

async function findRun({ one }: Queries, ref: SessionRef, runId: string): Promise<RunRow | null> {
  return ((await one(FIND_RUN, ref.namespace, ref.sessionId, runId)) as RunRow | undefined) ?? null
}

/** Held until the transaction ends: a run that is seen going on has not ended when the write after it is done. */
async function lockRun({ one }: Queries, ref: SessionRef, runId: string): Promise<RunRow | null> {
  const sql = `${FIND_RUN} FOR NO KEY UPDATE OF r`
  return ((await one(sql, ref.namespace, ref.sessionId, runId)) as RunRow | undefined) ?? null
}
