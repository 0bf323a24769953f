import type { Job, JobKind, JobStore } from './store/store.ts'

/** `stale`: the session changed under it, do it anew. `more`: there is more to do, after what else is due. */
export type JobOutcome = 'done' | 'stale' | 'more'

/** A claimed job's work. Throws when it failed. */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<JobOutcome>

export type JobWorker = {
  /** Runs all that is due and resolves when nothing more is; then sleeps until the next job is due. */
  wake(): Promise<void>
  /** Aborts what runs; the jobs stay in the store for the next process. */
  close(): Promise<void>
}

/** A killed process's job can be taken by another after this long; a living one renews its lease in time. */
const LEASE_MS = 15_000

/** A summary is seconds of a model's work: a few at once, so that one hung model call does not stop all sessions. */
const CONCURRENCY = 4

/** At the latest, whatever the clock does and whether or not the store could be asked. */
const LOOK_AGAIN_MS = 60_000

/** A model that keeps failing is asked every hour; a server that is down may be back any minute, and asking costs nothing. */
const MAX_PAUSE_MS: Record<JobKind, number> = {
  compaction: 3_600_000,
  title: 3_600_000,
  embedding: 3_600_000,
  upload: 60_000,
}

/** The pause after the nth failure in a row: 5 s, 10 s, 20 s … up to that. */
export const retryPauseMs = (attempts: number, kind: JobKind) =>
  Math.min(5000 * 2 ** Math.min(attempts, 20), MAX_PAUSE_MS[kind])

/**
 * Runs background jobs from the store, where they were written in the transaction that asked for them: whoever wakes
 * next does what a dead process left. At most one process works on a job, by its lease in the database.
 */
export function createJobWorker(deps: {
  store: JobStore
  handlers: Record<JobKind, JobHandler>
  now: () => number
  /** Told of each failure, to be logged: a job's error never reaches a person. */
  onError: (error: unknown, job: Job | null) => void
}): JobWorker {
  const { store, handlers, now, onError } = deps
  const shutdown = new AbortController()
  const running = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let draining: Promise<void> | null = null
  let wokenAgain = false
  let notify = () => {}

  async function wake(): Promise<void> {
    if (shutdown.signal.aborted) return
    wokenAgain = true
    notify()
    draining ??= drain()
      .catch((error) => {
        onError(error, null)
        sleepFor(LOOK_AGAIN_MS)
      })
      .finally(() => {
        draining = null
      })
    await draining
  }

  /** Until nothing is due and nothing runs. A wake meanwhile makes it look again, whatever is running. */
  async function drain(): Promise<void> {
    while (!shutdown.signal.aborted) {
      wokenAgain = false
      await claimDue()
      if (wokenAgain) continue
      await armTimer()
      if (running.size === 0) return
      const woken = new Promise<void>((resolve) => {
        notify = resolve
      })
      await Promise.race([...running, woken])
    }
  }

  async function claimDue(): Promise<void> {
    while (running.size < CONCURRENCY && !shutdown.signal.aborted) {
      const job = await store.claimJob({ now: now(), leaseMs: LEASE_MS, lease: crypto.randomUUID() })
      if (!job) return
      const work = perform(job).finally(() => running.delete(work))
      running.add(work)
    }
  }

  async function perform(job: Job): Promise<void> {
    const lost = new AbortController()
    const renewal = setInterval(() => {
      store.renewJob(job, now() + LEASE_MS).then(
        (held) => held || lost.abort(new Error('The lease of this job was lost.')),
        (error) => onError(error, job),
      )
    }, LEASE_MS / 3)
    try {
      const outcome = await handlers[job.kind](job, AbortSignal.any([shutdown.signal, lost.signal]))
      await store.finishJob(job, outcome === 'done' ? undefined : { againAt: now() })
    } catch (error) {
      if (shutdown.signal.aborted) return void (await store.finishJob(job, { againAt: now() }))
      onError(error, job)
      const message = error instanceof Error ? error.name : 'Error'
      await store
        .failJob(job, { dueAt: now() + retryPauseMs(job.attempts, job.kind), error: message })
        .catch((failure) => onError(failure, job))
    } finally {
      clearInterval(renewal)
    }
  }

  async function armTimer(): Promise<void> {
    clearTimeout(timer)
    const next = await store.nextJobAt()
    if (next === null || shutdown.signal.aborted) return
    sleepFor(Math.min(Math.max(next - now(), 50), LOOK_AGAIN_MS))
  }

  function sleepFor(ms: number): void {
    clearTimeout(timer)
    if (shutdown.signal.aborted) return
    timer = setTimeout(() => void wake(), ms)
    timer.unref()
  }

  return {
    wake,
    async close() {
      shutdown.abort(new Error('The server is stopping.'))
      clearTimeout(timer)
      notify()
      // It may be about to start one more.
      await draining
      await Promise.allSettled(running)
    },
  }
}
