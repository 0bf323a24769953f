import fs from 'node:fs'

/** The write-ahead log on its way to the disk. */
export type LogSync = {
  /** Resolves when all that was committed before the call is on the disk. Rejects when the disk failed. */
  sync(): Promise<void>
  /** What is asked for by now still comes. */
  close(): void
}

/**
 * SQLite syncs its log within the commit, and stops the whole process meanwhile. Here a thread of the pool does it, by a
 * file descriptor of its own: the process goes on, and commits that come meanwhile share the next sync. No lock of SQLite's is on
 * this file, so that closing it lets none go.
 */
export function openLogSync(path: string): LogSync {
  const file = fs.openSync(`${path}-wal`, 'r+')
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  function begin(): Promise<void> {
    next = null
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    fs.fdatasync(file, (error) => {
      running = null
      if (error) reject(error)
      else resolve()
    })
    running = promise
    return promise
  }

  return {
    sync() {
      // One that runs may have begun before the commit that it is asked for.
      if (running) next ??= running.then(begin, begin)
      return next ?? begin()
    },
    close() {
      const closeFile = () => fs.closeSync(file)
      const last = next ?? running
      if (last) last.then(closeFile, closeFile)
      else closeFile()
    },
  }
}

/** For a database that is in memory only. */
export const NO_LOG: LogSync = { sync: async () => {}, close: () => {} }
