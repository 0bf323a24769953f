import { isAskedFor, toJob, toJobState } from '../rows.ts'
import { FURTHEST_AHEAD_MS, type JobStore, type NewJob } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { findSession } from './tree.ts'

export function jobsMethods({ read, write }: Database): JobStore {
  return {
    enqueueJob: (ref, job) =>
      write(async (db) => {
        const session = await findSession(db, ref)
        if (session) await addJobs(db, session.key, [job])
      }),

    getJob: (ref, kind) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        const sql = 'SELECT * FROM jobs WHERE session_key = $1 AND kind = $2'
        const row = session && (await db.one(sql, session.key, kind))
        return row ? toJobState(row) : null
      }),

    claimJob: ({ now, leaseMs, lease }) =>
      write(async ({ one, run }) => {
        // What another process is claiming at this moment is its own.
        const row = await one(
          `SELECT j.*, s.namespace, s.id AS session_id, s.generation FROM jobs j JOIN sessions s ON s.key = j.session_key
           WHERE s.deleted_at IS NULL AND (j.due_at <= $1 OR j.due_at > $2)
             AND (coalesce(j.lease_until, 0) <= $1 OR j.lease_until > $2)
           ORDER BY j.due_at LIMIT 1 FOR UPDATE OF j SKIP LOCKED`,
          now,
          now + FURTHEST_AHEAD_MS,
        )
        if (!row) return null
        await run(
          'UPDATE jobs SET lease = $1, lease_until = $2 WHERE id = $3',
          lease,
          now + leaseMs,
          row.id as string,
        )
        return toJob(row, lease)
      }),

    finishJob: (job, options) =>
      write(async ({ run }) => {
        if (options?.againAt === undefined) {
          const sql = 'DELETE FROM jobs WHERE id = $1 AND lease = $2 AND revision = $3'
          if ((await run(sql, job.id, job.lease, job.revision)) > 0) return
        }
        await run(
          `UPDATE jobs SET lease = NULL, lease_until = NULL, attempts = 0, last_error = NULL, due_at = $1
           WHERE id = $2 AND lease = $3`,
          options?.againAt ?? 0,
          job.id,
          job.lease,
        )
      }),

    renewJob: (job, leaseUntil) =>
      write(
        async ({ run }) =>
          (await run(
            'UPDATE jobs SET lease_until = $1 WHERE id = $2 AND lease = $3',
            leaseUntil,
            job.id,
            job.lease,
          )) > 0,
      ),

    failJob: (job, { dueAt, error }) =>
      write(async ({ run }) => {
        await run(
          `UPDATE jobs SET lease = NULL, lease_until = NULL, attempts = attempts + 1, last_error = $1, due_at = $2
           WHERE id = $3 AND lease = $4`,
          error,
          dueAt,
          job.id,
          job.lease,
        )
      }),

    nextJobAt: () =>
      read(async ({ one }) => {
        const row = await one(
          `SELECT min(greatest(j.due_at, coalesce(j.lease_until, 0))) AS at
           FROM jobs j JOIN sessions s ON s.key = j.session_key WHERE s.deleted_at IS NULL`,
        )
        return (row?.at as number | null | undefined) ?? null
      }),
  }
}

/** Inside a transaction of the caller's. A temporary session gets none. */
export async function addJobs({ run }: Queries, key: number, jobs: NewJob[]): Promise<void> {
  for (const job of jobs) {
    // A job that failed keeps its pause: a new message is no reason to ask a failing model sooner, a person is.
    await run(
      `INSERT INTO jobs (id, session_key, kind, due_at, rebuild)
       SELECT $1, key, $2, $3, $4 FROM sessions WHERE key = $5 AND temporary = 0
       ON CONFLICT (session_key, kind) DO UPDATE SET revision = jobs.revision + 1,
         due_at = CASE WHEN jobs.attempts = 0 OR $6 = 1 THEN least(jobs.due_at, excluded.due_at) ELSE jobs.due_at END,
         attempts = CASE WHEN $6 = 1 THEN 0 ELSE jobs.attempts END,
         rebuild = greatest(jobs.rebuild, excluded.rebuild)`,
      crypto.randomUUID(),
      job.kind,
      job.dueAt,
      Number(job.rebuild ?? false),
      key,
      Number(isAskedFor(job)),
    )
  }
}
