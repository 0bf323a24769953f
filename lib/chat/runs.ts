import { setTimeout as sleep } from 'node:timers/promises'
import type { NewJob, Run, SessionRef, Store } from '#lib/memory/store/store.ts'
import { type ChunkLog, type ChunkSource, createChunkLog, type Frames, textOf, toFrames } from './live-run.ts'
import type { AbortReason, ReplyEnd, WriteReply } from './reply.ts'

/** New chunks are written to the log together, this often: what a killed process can lose of a reply. */
const FLUSH_MS = 100

/** A run without new chunks still beats its heart and asks whether to stop, this often. */
const HEARTBEAT_MS = 500

/** A run whose process is silent for so long is dead. */
const DEAD_AFTER_MS = 15_000

/** How often a run looks whether it is its turn, and a reader whether another process has written. */
const POLL_MS = 200

/** How often a reader of another process's run looks whether that process lives. */
const LOOK_FOR_DEAD_MS = 2000

const SAVE_ATTEMPTS = 6

const isUnfinished = ({ status }: Pick<Run, 'status'>) => status === 'queued' || status === 'running'

type LiveRun = {
  run: Run
  durable: Promise<void>
  log: ChunkLog
  controller: AbortController
  done: Promise<void>
}

/** The replies being written: each in one process, readable and stoppable from all. */
export type Runs = {
  /** Starts writing a run's reply in the background; it goes on whoever reads or leaves. The model is asked once it is `durable`. */
  launch(run: Run, durable: Promise<void>): void
  /** Whether it is this process's to write, and it does not: the answer to the turn's commit was lost on the way. */
  isUnlaunched(run: Run): boolean
  /** The run's server-sent events from `from` on; `null` when it has ended and left this process. */
  follow(run: Run, from: number): Frames | null
  /** The text written so far beyond what the message holds, and how many chunks it took. */
  progress(run: Run): Promise<{ text: string; next: number }>
  /** Stops a run here, and asks the process that writes it. False when there is nothing to stop. */
  stop(ref: SessionRef, runId: string): Promise<boolean>
  /** Stops those of a session in this process. */
  stopSession(ref: SessionRef): void
  /** Ends those of the given runs whose process is dead: their text so far stays, marked interrupted. */
  reap(runs: Run[]): Promise<void>
  close(): Promise<void>
}

export type RunsDeps = {
  store: Store
  writeReply: WriteReply
  /** The jobs that a finished reply calls for. */
  jobsAfter: (run: Run, end: ReplyEnd) => NewJob[]
  /** Called after a reply and its jobs are durable. */
  onFinished: () => void
  onError: (error: unknown, run: Run) => void
  /** Keeps the host from stopping this process before the work is done. */
  holdOpen: (work: Promise<unknown>) => void
  now: () => number
  /** Names this process, so that another can tell whether it lives. */
  owner: string
  /** False when the process of that name is surely dead; its runs need not wait out their heartbeat. */
  isOwnerAlive: (owner: string) => boolean
}

export function createRuns(deps: RunsDeps): Runs {
  const { store, writeReply, jobsAfter, onFinished, onError, holdOpen, now, owner, isOwnerAlive } = deps
  const live = new Map<string, LiveRun>()
  const keyOf = (ref: SessionRef, runId: string) => JSON.stringify([ref.namespace, ref.sessionId, runId])

  function launch(run: Run, durable: Promise<void>): void {
    const log = createChunkLog()
    const controller = new AbortController()
    log.push({ type: 'start', messageId: run.messageId, messageMetadata: { runId: run.id } })
    const key = keyOf(run.ref, run.id)
    const entry: LiveRun = { run, durable, log, controller, done: Promise.resolve() }
    live.set(key, entry)
    entry.done = perform(entry)
      .catch((error) => onError(error, run))
      .finally(() => {
        log.end()
        live.delete(key)
        onFinished()
      })
    holdOpen(entry.done)
  }

  async function perform({ run, durable, log, controller }: LiveRun): Promise<void> {
    const { signal } = controller
    const recorder = createRecorder(run, log, () => controller.abort('stop' satisfies AbortReason))
    let end: ReplyEnd
    try {
      end = (await waitForTurn(run, signal))
        ? await writeReply(run, (chunk) => log.push(chunk), signal, durable)
        : await unstarted(run, signal.aborted && signal.reason === 'shutdown' ? 'interrupted' : 'stopped')
    } catch (error) {
      onError(error, run)
      const sentence = 'Something went wrong while this reply was prepared. Try again.'
      log.push({ type: 'error', errorText: sentence })
      end = { ...(await unstarted(run, 'failed')), error: sentence }
    }
    await recorder.close()
    const saved = await save(run, end)
    if (!saved)
      log.push({ type: 'error', errorText: 'This reply could not be saved. Check the disk of the server.' })
    log.push({ type: 'finish', messageMetadata: { status: saved ? end.status : 'failed' } })
    // Nobody waits for it, so it comes last.
    if (end.usage) await store.addUsage(run.ref, { kind: 'reply', ...end.usage, at: now() })
  }

  const unstarted = async (run: Run, status: ReplyEnd['status']): Promise<ReplyEnd> => {
    const before =
      run.mode === 'continue' ? await store.getMessage(run.ref, run.messageId).catch(() => null) : null
    return { status, content: before?.content ?? '', error: null, receipt: null, usage: null }
  }

  /** One reply at a time in a session, in the order of the questions, across processes. */
  async function waitForTurn(run: Run, signal: AbortSignal): Promise<boolean> {
    if (run.status === 'running') return true
    for (;;) {
      if (signal.aborted) return false
      const turn = await store.startRun(run, now())
      if (turn !== 'wait') return turn === 'started'
      await reap(await store.activeRuns(run.ref))
      await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    }
  }

  /** Writes a log's chunks to the store in batches, and hears from it whether to stop. */
  function createRecorder(run: Run, log: ChunkLog, onStop: () => void) {
    let written = 0
    let beatAt = now()
    let flushing = Promise.resolve()
    async function flush(): Promise<void> {
      const chunks = log.chunks.slice(written)
      if (chunks.length === 0 && now() - beatAt < HEARTBEAT_MS) return
      beatAt = now()
      try {
        const { stop } = await store.appendChunks(run, { first: written, chunks, at: now() })
        written += chunks.length
        if (stop) onStop()
      } catch (error) {
        onError(error, run)
      }
    }
    const timer = setInterval(() => {
      flushing = flushing.then(flush)
    }, FLUSH_MS)
    return {
      async close() {
        clearInterval(timer)
        await flushing.then(flush)
      },
    }
  }

  /** A full disk or a lock may pass: the text is in memory, so it is worth a few seconds of trying. */
  async function save(run: Run, end: ReplyEnd): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await store.finishRun(run, { ...end, jobs: jobsAfter(run, end), at: now() })
        return true
      } catch (error) {
        onError(error, run)
        if (attempt === SAVE_ATTEMPTS) return false
        await sleep(100 * 2 ** attempt)
      }
    }
  }

  function follow(run: Run, from: number): Frames | null {
    const entry = live.get(keyOf(run.ref, run.id))
    if (entry) {
      const { log } = entry
      return toFrames(
        {
          read: async (index) => ({ chunks: log.chunks.slice(index), ended: log.ended }),
          changed: log.changed,
        },
        from,
      )
    }
    return isUnfinished(run) ? toFrames(fromStore(run), from) : null
  }

  function fromStore(run: Run): ChunkSource {
    let lookedAt = now()
    /** A reader is who notices that the writer has died. */
    async function reapIfDead(): Promise<void> {
      if (now() - lookedAt < LOOK_FOR_DEAD_MS) return
      lookedAt = now()
      const current = await store.getRun(run.ref, run.id)
      if (current && isUnfinished(current)) await reap([current])
    }
    return {
      async read(from) {
        await reapIfDead()
        const page = await store.readChunks(run.ref, run.id, from)
        if (!page) return null
        if (isUnfinished(page)) return { chunks: page.chunks, ended: false }
        const finish = JSON.stringify({ type: 'finish', messageMetadata: { status: page.status } })
        return { chunks: [...page.chunks, finish], ended: true }
      },
      changed: () => sleep(POLL_MS),
    }
  }

  async function reap(runs: Run[]): Promise<void> {
    for (const run of runs) {
      if (live.has(keyOf(run.ref, run.id))) continue
      const silent = now() - run.heartbeatAt > DEAD_AFTER_MS
      if (!silent && run.owner !== owner && isOwnerAlive(run.owner)) continue
      // A full disk must not keep anybody from reading; the next look tries again.
      await endOrphan(run).catch((error) => onError(error, run))
    }
  }

  /** Ours, but not live, counts as well: it could not be saved at its end, or it has ended since it was read. */
  async function endOrphan(run: Run): Promise<void> {
    const chunks = (await store.readChunks(run.ref, run.id, 0))?.chunks ?? []
    const message = await store.getMessage(run.ref, run.messageId)
    await store.finishRun(run, {
      status: run.stopRequested ? 'stopped' : 'interrupted',
      content: (message?.content ?? '') + textOf(chunks),
      error: null,
      receipt: null,
      jobs: [],
      at: now(),
    })
  }

  return {
    launch,
    isUnlaunched: (run) => isUnfinished(run) && run.owner === owner && !live.has(keyOf(run.ref, run.id)),
    follow,
    reap,

    async progress(run) {
      const entry = live.get(keyOf(run.ref, run.id))
      const chunks = entry?.log.chunks ?? (await store.readChunks(run.ref, run.id, 0))?.chunks ?? []
      return { text: textOf(chunks), next: chunks.length }
    },

    async stop(ref, runId) {
      const stopped = await store.requestStop(ref, runId)
      live.get(keyOf(ref, runId))?.controller.abort('stop' satisfies AbortReason)
      return stopped
    },

    stopSession(ref) {
      for (const { run, controller } of live.values()) {
        const isOf = run.ref.namespace === ref.namespace && run.ref.sessionId === ref.sessionId
        if (isOf) controller.abort('stop' satisfies AbortReason)
      }
    },

    async close() {
      const entries = [...live.values()]
      for (const { controller } of entries) controller.abort('shutdown' satisfies AbortReason)
      await Promise.allSettled(entries.map((entry) => entry.done))
    },
  }
}
