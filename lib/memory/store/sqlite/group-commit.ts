/** How a database runs work: all of a transaction or nothing of it; a savepoint inside one likewise. */
type Transactions = {
  inTransaction<T>(work: () => T): T
  inSavepoint<T>(work: () => T): T
  /** False when the database has given up the transaction that we are in, as on a full disk. */
  isWhole(): boolean
}

type Waiting = { work: () => unknown; resolve: (value: unknown) => void; reject: (error: unknown) => void }
type Outcome = { done: Waiting; value: unknown } | { failed: Waiting; error: unknown }

/**
 * Puts the writes that arrive in one turn of the event loop into one transaction. A sync of the disk takes longer than
 * everything else about a small write, and blocks the process: shared, it costs each of them little, and a write that is
 * alone waits no longer than to the end of the turn.
 */
export function createGroupCommit({ inTransaction, inSavepoint, isWhole }: Transactions) {
  let waiting: Waiting[] = []
  let scheduled = false

  function write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
      if (scheduled) return
      scheduled = true
      setImmediate(flush)
    })
  }

  function flush(): void {
    scheduled = false
    const group = waiting
    waiting = []
    if (group.length > 1) commitTogether(group)
    else for (const only of group) commitAlone(only)
  }

  function commitAlone({ work, resolve, reject }: Waiting): void {
    try {
      resolve(inTransaction(work))
    } catch (error) {
      reject(error)
    }
  }

  function commitTogether(group: Waiting[]): void {
    let began = false
    try {
      const values = inTransaction(() => {
        began = true
        return group.map(({ work }) => work())
      })
      for (const [index, { resolve }] of group.entries()) resolve(values[index])
    } catch (error) {
      if (began) commitApart(group)
      // A lock that did not come for all of them must not be waited for by each again.
      else for (const { reject } of group) reject(error)
    }
  }

  /** One of them fails: each gets a savepoint to go back to, which costs more than a whole small write. */
  function commitApart(group: Waiting[]): void {
    const outcomes: Outcome[] = []
    try {
      inTransaction(() => {
        for (const each of group) outcomes.push(attempt(each))
      })
    } catch {
      // Nothing of it is in the database. One by one, each meets its own fate.
      for (const each of group) commitAlone(each)
      return
    }
    for (const outcome of outcomes) {
      if ('done' in outcome) outcome.done.resolve(outcome.value)
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

  return { write, flush }
}
