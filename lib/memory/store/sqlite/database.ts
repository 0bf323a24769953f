import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { MemoryError, type MemoryErrorCode } from '../../errors.ts'
import { type Committed, createGroupCommit } from './group-commit.ts'
import { NO_LOG, openLogSync } from './log-sync.ts'
import { SQLITE_MIGRATIONS } from './migrations.ts'
import { addSearchFunctions } from './search-functions.ts'

export type Row = Record<string, SQLInputValue>

/** One open file: prepared statements, and transactions that are synced to disk when their promise resolves. */
export type Database = {
  all(sql: string, ...values: SQLInputValue[]): Row[]
  one(sql: string, ...values: SQLInputValue[]): Row | undefined
  /** How many rows were changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  /**
   * All of `work` is durable when this resolves, or none of it is. Writes that are asked for in one turn of the event loop
   * share one sync of the disk; a work that throws takes back its own changes alone. It touches nothing but the database,
   * as it is done again when one that shared its transaction has failed. `patienceMs`: how long another program's lock is
   * waited for.
   */
  write<T>(work: () => T, options?: { patienceMs?: number }): Promise<T>
  /** As `write`, but resolves once it is committed, for what can be done before it is durable; nobody is told of it before. */
  commit<T>(work: () => T): Promise<Committed<T>>
  /** All reads of `work` see one state. */
  read<T>(work: () => T): Promise<T>
  /** A single read, which sees one state by itself. */
  look<T>(work: () => T): Promise<T>
  /** Another number than before as soon as anything was committed, by this process or another one. */
  version(): number
  close(): void
}

/** How long a write waits for another program's before it fails with `storage-busy`. */
const PATIENCE_MS = 5000

/**
 * SQLite waits by stopping the whole process: long enough for another's small write, too short to be felt. Readers never
 * meet a lock, as the log lets them by.
 */
const BUSY_TIMEOUT_MS = 25

/**
 * Opens the file, creating it, its folder and its schema when they are absent. Throws `MemoryError`. `patienceMs`: how long a
 * write waits for another program's unless it says something else.
 */
export function openSqlite(path: string, { patienceMs = PATIENCE_MS } = {}): Database {
  const database = guard(() => openDatabase(path, patienceMs))
  const log = path === ':memory:' ? NO_LOG : guard(() => openLogSync(path))
  const statements = new Map<string, StatementSync>()
  function statement(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    const prepared = database.prepare(sql)
    statements.set(sql, prepared)
    return prepared
  }
  const all = (sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as Row[]
  const one = (sql: string, ...values: SQLInputValue[]) => statement(sql).get(...values) as Row | undefined
  const run = (sql: string, ...values: SQLInputValue[]) => Number(statement(sql).run(...values).changes)

  function transaction<T>(begin: string, work: () => T): T {
    return guard(() => {
      run(begin)
      try {
        const result = work()
        run('COMMIT')
        return result
      } catch (error) {
        // SQLite rolls back by itself when the disk is full; a second ROLLBACK would hide that error.
        if (database.isTransaction) run('ROLLBACK')
        throw error
      }
    })
  }

  let commits = 0
  let wasFull = false

  /** With room again: a log that goes on growing would take that, too, and what is in it could then never leave it. */
  function emptyLog(): void {
    try {
      all('PRAGMA wal_checkpoint(PASSIVE)')
      wasFull = false
    } catch {
      // Not enough room yet: the next write tries again.
    }
  }
  const group = createGroupCommit({
    // IMMEDIATE: a transaction that reads first and then writes fails at once when another process wrote between.
    inTransaction(work) {
      try {
        const result = transaction('BEGIN IMMEDIATE', work)
        commits++
        if (wasFull) emptyLog()
        return result
      } catch (error) {
        wasFull ||= error instanceof MemoryError && error.code === 'storage-full'
        throw error
      }
    },
    inSavepoint(work) {
      run('SAVEPOINT work')
      try {
        return work()
      } catch (error) {
        if (database.isTransaction) run('ROLLBACK TO work')
        throw error
      } finally {
        if (database.isTransaction) run('RELEASE work')
      }
    },
    isWhole: () => database.isTransaction,
    sync: () =>
      log.sync().catch((error: unknown) => {
        throw storageError(error) ?? error
      }),
    patienceMs,
  })

  return {
    all,
    one,
    run,
    write: group.write,
    commit: group.commit,
    read: async (work) => transaction('BEGIN', work),
    look: async (work) => guard(work),
    // SQLite counts the commits of others only.
    version: () => (one('PRAGMA data_version')?.data_version as number) * 2 ** 32 + commits,
    close: () => {
      if (!database.isOpen) return
      // Nothing can come back later for what is still waiting.
      database.exec(`PRAGMA busy_timeout = ${patienceMs}`)
      group.finish()
      database.close()
      log.close()
    },
  }
}

function openDatabase(path: string, patienceMs: number): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path, { timeout: patienceMs, enableForeignKeyConstraints: true })
  try {
    // NORMAL: the log is synced in the order that keeps the file whole, and its newest commits by us, see `log-sync.ts`.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON')
    addSearchFunctions(database)
    // What a savepoint could have to take back is small; in a file it costs more than the write itself.
    database.exec('PRAGMA temp_store = MEMORY')
    // A search of 38,000 messages reads some 600 pages of 4 KB, more than SQLite keeps if it is not told.
    database.exec('PRAGMA cache_size = -16000')
    // A checkpoint stops everybody: 16 MB of log between two of them, which copy a page once however often it changed.
    database.exec('PRAGMA wal_autocheckpoint = 4000')
    migrate(database)
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Runs the missing steps once, however many processes start at the same time. */
function migrate(database: DatabaseSync): void {
  const version = () => (database.prepare('PRAGMA user_version').get() as Row).user_version as number
  if (version() === SQLITE_MIGRATIONS.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const done = version()
    if (done > SQLITE_MIGRATIONS.length) {
      throw new MemoryError(
        'storage-unavailable',
        `The database was written by a newer version (schema ${done}, this one knows ${SQLITE_MIGRATIONS.length}). Update the app.`,
      )
    }
    for (const step of SQLITE_MIGRATIONS.slice(done)) database.exec(step)
    database.exec(`PRAGMA user_version = ${SQLITE_MIGRATIONS.length}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
/** SQLite's primary result codes (https://sqlite.org/rescode.html), as a person can act on them. */
const STORAGE_ERRORS: Record<number, [MemoryErrorCode, string]> = {
  5: ['storage-busy', 'The database is locked by another program. Try again in a moment.'],
  6: ['storage-busy', 'The database is locked by another program. Try again in a moment.'],
  8: ['storage-unavailable', 'The database file is read-only. Make the data folder writable.'],
  10: ['storage-unavailable', 'The disk failed to read or write the database. Check the disk and its space.'],
  11: ['storage-damaged', 'The database file is damaged. Restore a backup of the data folder.'],
  13: ['storage-full', 'The disk is full. Nothing was saved; free some space and try again.'],
  14: [
    'storage-unavailable',
    'The database file cannot be opened. Check the data folder and its permissions.',
  ],
  26: ['storage-damaged', 'The database file is not a database. Restore a backup of the data folder.'],
}

/** What Node says of files, likewise. */
const SYSTEM_ERRORS: Record<string, [MemoryErrorCode, string]> = {
  EACCES: ['storage-unavailable', 'The data folder is not writable.'],
  EROFS: ['storage-unavailable', 'The data folder is not writable.'],
  EIO: [
    'storage-unavailable',
    'The disk failed to read or write the database. Check the disk and its space.',
  ],
  ENOSPC: ['storage-full', 'The disk is full. Nothing was saved; free some space and try again.'],
  EDQUOT: ['storage-full', 'The disk is full. Nothing was saved; free some space and try again.'],
}

function storageError(error: unknown): MemoryError | null {
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  const known =
    (typeof errcode === 'number' ? STORAGE_ERRORS[errcode & 0xff] : undefined) ??
    (typeof code === 'string' ? SYSTEM_ERRORS[code] : undefined)
  return known ? new MemoryError(known[0], known[1], { cause: error }) : null
}

function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storageError(error) ?? error
  }
}
