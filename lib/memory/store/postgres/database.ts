import { setTimeout as sleep } from 'node:timers/promises'
import type { Row } from '../rows.ts'
import { createLane, type Lane, type Value } from './lane.ts'
import { migrate, versionOf } from './migrate.ts'
import { POSTGRES_MIGRATIONS } from './migrations.ts'
import { createPool } from './pool.ts'
import { isCollision, isConnectionLost, toStorageError } from './storage-errors.ts'

/** The statements of one transaction, in order; values are `$1`, `$2`, … */
export type Queries = {
  all(sql: string, ...values: Value[]): Promise<Row[]>
  one(sql: string, ...values: Value[]): Promise<Row | undefined>
  /** How many rows were changed. */
  run(sql: string, ...values: Value[]): Promise<number>
}

/**
 * Transactions on a server. A transaction that was taken back because of another one, or because the connection was lost
 * before its commit was sent, is run anew: `work` changes nothing but the database.
 */
export type Database = {
  /** Each statement sees what is committed before it: lock what a decision rests on. Durable when it resolves. */
  write<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  /** All reads of `work` see one state. */
  read<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  /** Gives the space of removed rows back; `full`: writes the tables anew, so that nothing of them is left in the files. */
  vacuum(tables: string[], options: { full: boolean }): Promise<void>
  close(): Promise<void>
}

export type PostgresOptions = {
  /** Connections that this process holds at most. */
  maxConnections?: number
  /** The schema that holds our tables, made when it is absent. */
  schema?: string
}

/** Connections of a small server are few (Postgres' own default: 100), and several processes share them. */
const MAX_CONNECTIONS = 10

/** An own schema, so that nothing of ours meets a table of another program in the same database. */
const SCHEMA = 'motorhead_chat'

/** A statement, the wait for a lock, and a process that stands still in a transaction, in this order of patience. */
const TIMEOUTS_MS = {
  statement_timeout: 10_000,
  lock_timeout: 8000,
  idle_in_transaction_session_timeout: 15_000,
}

/** Pauses before a lost transaction is run anew: a restart of the server takes a second or two. */
const RECONNECT_PAUSES_MS = [50, 100, 200, 400, 800, 1000]
const COLLISION_PAUSE_MS = 10

/** Connects and brings the schema up to date. Rejects with a `MemoryError`, or an `Error` when the URL is none. */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const { maxConnections = MAX_CONNECTIONS, schema = SCHEMA } = options
  const pool = createPool(() => createLane(url), maxConnections)
  const begin = (how: string) =>
    [
      `BEGIN ${how}`,
      `SET LOCAL search_path = ${schema}`,
      ...Object.entries(TIMEOUTS_MS).map(([name, ms]) => `SET LOCAL ${name} = ${ms}`),
    ].join('; ')

  const transaction = <T>(how: string, work: (queries: Queries) => Promise<T>) =>
    persist(() => pool.use((lane) => perform(lane, begin(how), work)))

  try {
    await persist(() => pool.use((lane) => migrate(lane, schema)))
  } catch (error) {
    await pool.close()
    throw error
  }
  return {
    write: (work) => transaction('ISOLATION LEVEL READ COMMITTED', work),
    read: (work) => transaction('ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    vacuum: (tables, { full }) =>
      persist(() =>
        pool.use(async (lane) => {
          const names = tables.map((table) => `${schema}.${table}`).join(', ')
          await lane.exec(`VACUUM ${full ? '(FULL)' : ''} ${names}`)
        }),
      ),
    close: () => pool.close(),
  }
}

/** What a server is, and how its tables stand; changes nothing. Rejects with a `MemoryError` when it cannot be used. */
export async function examinePostgres(
  url: string,
  { schema = SCHEMA }: PostgresOptions = {},
): Promise<{ version: string; schema: 'absent' | 'older' | 'current' | 'newer' }> {
  const lane = createLane(url)
  try {
    const { rows } = await lane.query("SELECT current_setting('server_version') AS version")
    const done = await versionOf(lane, schema)
    const version = `${rows[0]?.version}`.split(' ', 1)[0] ?? ''
    if (done === undefined) return { version, schema: 'absent' }
    const ahead = done - POSTGRES_MIGRATIONS.length
    return { version, schema: ahead > 0 ? 'newer' : ahead < 0 ? 'older' : 'current' }
  } catch (error) {
    throw toStorageError(error)
  } finally {
    lane.destroy()
  }
}

/** The commit was sent and its answer never came: nobody knows whether it was done, so it must not be done again. */
class UnknownEnd extends Error {}

async function perform<T>(lane: Lane, begin: string, work: (queries: Queries) => Promise<T>): Promise<T> {
  await lane.exec(begin)
  let result: T
  try {
    result = await work(queriesOn(lane))
  } catch (error) {
    await lane.exec('ROLLBACK').catch(() => lane.destroy())
    throw error
  }
  const end = await lane.exec('COMMIT').catch((error) => {
    lane.destroy()
    throw isConnectionLost(error) ? new UnknownEnd('', { cause: error }) : error
  })
  // A transaction in which a statement failed is rolled back by COMMIT, and without an error.
  if (end !== 'COMMIT') throw new Error('A transaction went on after a failed statement.')
  return result
}

function queriesOn(lane: Lane): Queries {
  return {
    all: async (sql, ...values) => (await lane.query(sql, values)).rows,
    one: async (sql, ...values) => (await lane.query(sql, values)).rows[0],
    run: async (sql, ...values) => (await lane.query(sql, values)).count,
  }
}

async function persist<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const pause = RECONNECT_PAUSES_MS[tries]
      const again = pause !== undefined && (isCollision(error) || isConnectionLost(error))
      if (!again) throw toStorageError(error instanceof UnknownEnd ? error.cause : error)
      await sleep(isCollision(error) ? COLLISION_PAUSE_MS * (tries + Math.random()) : pause)
    }
  }
}
