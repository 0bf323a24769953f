import { MemoryError } from '../../errors.ts'
import type { Lane } from './lane.ts'

/** Lanes to a server: as many as are needed at once, at most `max`; who comes then waits in line. */
export type Pool = {
  /** Lends a lane to `work` alone. A lane that is broken afterwards is not used again. */
  use<T>(work: (lane: Lane) => Promise<T>): Promise<T>
  /** Waits for what is running, then ends all connections. */
  close(): Promise<void>
}

/** How long a request waits for a lane before it is told to come again. */
const WAIT_MS = 10_000

/** Longer than any statement may take: then the server is silent, and its connection is given up. */
const DEADLINE_MS = 30_000

type Waiter = { take(lane: Lane): void; refuse(error: Error): void }

export function createPool(open: () => Lane, max: number): Pool {
  const idle: Lane[] = []
  const lent = new Set<Promise<unknown>>()
  const waiting: Waiter[] = []
  let count = 0
  let closed = false

  function free(): Lane | null {
    for (let lane = idle.pop(); lane; lane = idle.pop()) {
      if (!lane.broken) return lane
      count -= 1
    }
    if (count === max) return null
    count += 1
    return open()
  }

  function wait(): Promise<Lane> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1)
        reject(new MemoryError('storage-busy', 'The database has too much to do. Try again in a moment.'))
      }, WAIT_MS)
      const waiter: Waiter = {
        take(lane) {
          clearTimeout(late)
          resolve(lane)
        },
        refuse(error) {
          clearTimeout(late)
          reject(error)
        },
      }
      waiting.push(waiter)
    })
  }

  function giveBack(lane: Lane): void {
    if (lane.broken) {
      lane.destroy()
      count -= 1
    } else idle.push(lane)
    const next = waiting[0] && free()
    if (next) waiting.shift()?.take(next)
  }

  async function lend<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = (waiting.length === 0 && free()) || (await wait())
    const silent = setTimeout(() => lane.destroy(), DEADLINE_MS)
    try {
      return await work(lane)
    } finally {
      clearTimeout(silent)
      giveBack(lane)
    }
  }

  const closedError = () => new MemoryError('storage-unavailable', 'The database is closed.')

  return {
    async use(work) {
      if (closed) throw closedError()
      const lending = lend(work)
      lent.add(lending)
      try {
        return await lending
      } finally {
        lent.delete(lending)
      }
    },

    async close() {
      closed = true
      for (const waiter of waiting.splice(0)) waiter.refuse(closedError())
      await Promise.allSettled(lent)
      for (const lane of idle.splice(0)) lane.destroy()
    },
  }
}
