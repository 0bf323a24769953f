import { MemoryError } from '../../errors.ts'

/** How a database runs work: all of a transaction or nothing of it; a savepoint inside one likewise. */
type Transactions = {
  /** Throws `storage-busy` without having begun `work` when another program holds the lock. It hardly waits for it. */
  inTransaction<T>(work: () => T): T
  inSavepoint<T>(work: () => T): T
  /** False when the database has given up the transaction that we are in, as on a full disk. */
  isWhole(): boolean
  /** Resolves when all that is committed by now is on the disk. */
  sync(): Promise<void>
  /** A write that another program's lock keeps out is refused so long after it was asked for. */
  patienceMs: number
}

/** What a write gave, and when it is sure to stay. */
export type Committed<T> = { value: T; durable: Promise<void> }

type Waiting = {
  work: () => unknown
  resolve: (committed: Committed<unknown>) => void
  reject: (error: unknown) => void
  askedAt: number
  patienceMs: number
}
type Outcome = { done: Waiting; value: unknown } | { failed: Waiting; error: unknown }
type KeptOut = { group: Waiting[]; error: unknown }

/** Between two tries for a lock; each try may stop the process for a few milliseconds. */
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

/**
 * Puts the writes that arrive in one turn of the event loop, or while the disk is at work, into one transaction, and has it
 * synced while the process goes on.
 * A sync of the disk takes longer than everything else about a small write: shared, it costs each of them little, and a write
 * that is alone waits no longer than to the end of the turn. While another program holds the lock the process goes on; the writes
 * keep their order, and those that are asked for meanwhile join behind them.
 */
export function createGroupCommit({ inTransaction, inSavepoint, isWhole, sync, patienceMs }: Transactions) {
  let waiting: Waiting[] = []
  let scheduled = false
  let syncs = 0
  let pauseMs = FIRST_PAUSE_MS

  async function write<T>(work: () => T, options: { patienceMs?: number } = {}): Promise<T> {
    const { value, durable } = await enqueue(work, setImmediate, options)
    await durable
    return value
  }

  /** Who goes on before the sync is in a hurry, and has it begun without a turn of the event loop. */
  const commit = <T>(work: () => T) => enqueue(work, queueMicrotask)

  function enqueue<T>(
    work: () => T,
    soon: (run: () => void) => void,
    options: { patienceMs?: number } = {},
  ): Promise<Committed<T>> {
    return new Promise<Committed<T>>((resolve, reject) => {
      const askedAt = performance.now()
      waiting.push({
        work,
        resolve: resolve as Waiting['resolve'],
        reject,
        askedAt,
        patienceMs,
        ...options,
      })
      schedule(soon)
    })
  }

  /** What comes while the disk is at work shares the next commit: it could not be durable any sooner. */
  function schedule(soon: (run: () => void) => void): void {
    if (scheduled || syncs > 0) return
    scheduled = true
    soon(flush)
  }

  function flush(): void {
    scheduled = false
    const keptOut = commitWaiting()
    if (keptOut) tryAgain(keptOut)
    else pauseMs = FIRST_PAUSE_MS
  }

  /** For the last time: what is kept out now is refused. */
  function finish(): void {
    const keptOut = commitWaiting()
    for (const { reject } of keptOut?.group ?? []) reject(keptOut?.error)
  }

  function tryAgain({ group, error }: KeptOut): void {
    const now = performance.now()
    const hasTime = (each: Waiting) => now - each.askedAt < each.patienceMs
    for (const each of group) if (!hasTime(each)) each.reject(error)
    waiting = [...group.filter(hasTime), ...waiting]
    if (waiting.length === 0) return
    scheduled = true
    setTimeout(flush, pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }

  function commitWaiting(): KeptOut | undefined {
    const group = waiting
    waiting = []
    const synced = Promise.withResolvers<void>()
    const keptOut =
      group.length > 1 ? commitTogether(group, synced.promise) : commitEach(group, synced.promise)
    // A group that changed nothing is synced as well: it may have seen what is not on the disk yet.
    synced.resolve(sync())
    syncs++
    const goOn = () => {
      syncs--
      if (waiting.length > 0) schedule(setImmediate)
    }
    // Who waits for it hears of a failure.
    synced.promise.then(goOn, goOn)
    return keptOut
  }

  function commitEach(group: Waiting[], durable: Promise<void>): KeptOut | undefined {
    for (const [index, { work, resolve, reject }] of group.entries()) {
      const begin = noticing(work)
      try {
        resolve({ value: inTransaction(begin.work), durable })
      } catch (error) {
        if (begin.isKeptOut(error)) return { group: group.slice(index), error }
        reject(error)
      }
    }
  }

  function commitTogether(group: Waiting[], durable: Promise<void>): KeptOut | undefined {
    const begin = noticing(() => group.map(({ work }) => work()))
    try {
      const values = inTransaction(begin.work)
      for (const [index, { resolve }] of group.entries()) resolve({ value: values[index], durable })
    } catch (error) {
      if (begin.isKeptOut(error)) return { group, error }
      if (begin.hasBegun()) return commitApart(group, durable)
      for (const { reject } of group) reject(error)
    }
  }

  /** One of them fails: each gets a savepoint to go back to, which costs more than a whole small write. */
  function commitApart(group: Waiting[], durable: Promise<void>): KeptOut | undefined {
    const outcomes: Outcome[] = []
    const begin = noticing(() => {
      for (const each of group) outcomes.push(attempt(each))
    })
    try {
      inTransaction(begin.work)
    } catch (error) {
      if (begin.isKeptOut(error)) return { group, error }
      // Nothing of it is in the database. One by one, each meets its own fate.
      return commitEach(group, durable)
    }
    for (const outcome of outcomes) {
      if ('done' in outcome) outcome.done.resolve({ value: outcome.value, durable })
      else outcome.failed.reject(outcome.error)
    }
  }

  function attempt(each: Waiting): Outcome {
    try {
      return { done: each, value: inSavepoint(each.work) }
    } catch (error) {
      if (!isWhole()) throw error
      return { failed: each, error }
    }
  }

  return { write, commit, finish }
}

/** Work that has begun is not to be put off: only a lock that was met before it leaves everything as it was. */
function noticing<T>(work: () => T) {
  let began = false
  return {
    work: () => {
      began = true
      return work()
    },
    hasBegun: () => began,
    isKeptOut: (error: unknown) => !began && error instanceof MemoryError && error.code === 'storage-busy',
  }
}
