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
 * file descriptor of its own, and the process goes on. No lock of SQLite's is on this file, so that closing it lets none go.
 */
export function openLogSync(path: string): LogSync {
  const file = fs.openSync(`${path}-wal`, 'r+')
  let running = 0
  let closing = false
  const closeWhenDone = () => {
    if (closing && running === 0) fs.closeSync(file)
  }

  return {
    sync: () =>
      new Promise((resolve, reject) => {
        running++
        fs.fdatasync(file, (error) => {
          running--
          closeWhenDone()
          if (error) reject(error)
          else resolve()
        })
      }),
    close() {
      closing = true
      closeWhenDone()
    },
  }
}

/** For a database that is in memory only. */
export const NO_LOG: LogSync = { sync: async () => {}, close: () => {} }
