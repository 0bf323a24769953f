import { isAskedFor, toJob, toJobState } from '../rows.ts'
import { FURTHEST_AHEAD_MS, type JobStore, type NewJob } from '../store.ts'
import type { Database } from './database.ts'
import type { Tree } from './tree.ts'

export function jobsMethods(database: Database, tree: Tree): JobStore {
  const { one, run, read, write } = database
  const { findSession } = tree

  return {
    enqueueJob: (ref, job) =>
      write(() => {
        const session = findSession(ref)
        if (session) addJobs(database, session.key, [job])
      }),

    getJob: (ref, kind) =>
      read(() => {
        const session = findSession(ref)
        const row = session && one('SELECT * FROM jobs WHERE session_key = ? AND kind = ?', session.key, kind)
        return row ? toJobState(row) : null
      }),

    claimJob: ({ now, leaseMs, lease }) =>
      write(() => {
        const row = one(
          `SELECT j.*, s.namespace, s.id AS session_id, s.generation FROM jobs j JOIN sessions s ON s.key = j.session_key
           WHERE s.deleted_at IS NULL AND (j.due_at <= ?1 OR j.due_at > ?2)
             AND (coalesce(j.lease_until, 0) <= ?1 OR j.lease_until > ?2)
           ORDER BY j.due_at LIMIT 1`,
          now,
          now + FURTHEST_AHEAD_MS,
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
  }
}

/** Inside a transaction of the caller's. A temporary session gets none. */
export function addJobs({ one, run }: Database, key: number, jobs: NewJob[]): void {
  for (const job of jobs) {
    if (waitsAlready(one, key, job)) continue
    // A job that failed keeps its pause: a new message is no reason to ask a failing model sooner, a person is.
    run(
      `INSERT INTO jobs (id, session_key, kind, due_at, rebuild)
       SELECT ?1, key, ?2, ?3, ?4 FROM sessions WHERE key = ?5 AND temporary = 0
       ON CONFLICT (session_key, kind) DO UPDATE SET revision = revision + 1,
         due_at = CASE WHEN attempts = 0 OR ?6 THEN min(due_at, excluded.due_at) ELSE due_at END,
         attempts = CASE WHEN ?6 THEN 0 ELSE attempts END,
         rebuild = max(rebuild, excluded.rebuild)`,
      crypto.randomUUID(),
      job.kind,
      job.dueAt,
      Number(job.rebuild ?? false),
      key,
      Number(isAskedFor(job)),
    )
  }
}

/** A busy program asks again and again: a job that nobody works on yet, and that is due no later, is enough. */
function waitsAlready(one: Database['one'], key: number, job: NewJob): boolean {
  if (isAskedFor(job)) return false
  const found = one(
    'SELECT lease, attempts, due_at FROM jobs WHERE session_key = ? AND kind = ?',
    key,
    job.kind,
  )
  return (
    found !== undefined &&
    found.lease === null &&
    ((found.attempts as number) > 0 || (found.due_at as number) <= job.dueAt)
  )
}
