import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import postgres from 'postgres'
import { createPostgresStore } from '#lib/memory/store/postgres/postgres-store.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { SessionRef, Store } from '#lib/memory/store/store.ts'
import { createPostgresServer } from '../postgres-server.ts'

/** Where the servers of a crash test keep what they hold, and how it is looked at from beside them. */
export type Place = {
  /** The settings by which a server finds it. */
  env: Record<string, string>
  openStore(): Promise<Store>
  /** All sessions, by their ids. */
  refs(): Promise<Map<string, SessionRef>>
  /** What is still to be done or left half done. */
  leftOver(): Promise<{ jobs: number; streaming: number }>
  /** `null` when the files are sound, else what the database says of them. */
  damage(): Promise<string | null>
  /** The database server, where there is one: it can be killed, too. */
  database: { start(): Promise<number | null>; kill(): Promise<void> } | null
  remove(): Promise<void>
}

const LEFT_OVER = `SELECT (SELECT count(*) FROM jobs) AS jobs,
  (SELECT count(*) FROM messages WHERE status = 'streaming') AS streaming`

/** A folder with the SQLite file in it: one of its own, or the one given, which is left where it is. */
export function createSqlitePlace(folder?: string): Place {
  const dataDir = folder ?? mkdtempSync(join(tmpdir(), 'motorhead-chat-crash-'))
  const file = join(dataDir, 'motorhead-chat.db')
  function ask(sql: string) {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
    try {
      return database.prepare(sql).all()
    } finally {
      database.close()
    }
  }
  return {
    env: { DATA_DIR: dataDir },
    openStore: async () => createSqliteStore(file),
    refs: async () => toRefs(ask('SELECT namespace, id FROM sessions')),
    leftOver: async () => toLeftOver(ask(LEFT_OVER)),
    async damage() {
      const said = ask('PRAGMA integrity_check')[0]?.integrity_check
      return said === 'ok' ? null : String(said)
    },
    database: null,
    async remove() {
      if (folder === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A Postgres that syncs to the disk as in production; `amcheck` looks through its tables and indexes. */
export async function createPostgresPlace(): Promise<Place> {
  const server = await createPostgresServer({ durable: true })
  const dataDir = mkdtempSync(join(tmpdir(), 'motorhead-chat-crash-'))
  let wasKilled = false
  async function ask(query: string): Promise<Rows> {
    const connection = { search_path: 'motorhead_chat, public' }
    const sql = postgres(server.url, { max: 1, connection, onnotice: () => {} })
    try {
      return await sql.unsafe(query)
    } finally {
      await sql.end()
    }
  }
  return {
    env: { DATABASE_URL: server.url, DATA_DIR: dataDir },
    openStore: () => createPostgresStore(server.url),
    refs: async () => toRefs(await ask('SELECT namespace, id FROM sessions')),
    leftOver: async () => toLeftOver(await ask(LEFT_OVER)),
    async damage() {
      await ask('CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public')
      try {
        for (const each of INDEX_CHECKS) await ask(each)
        const found = await ask(TABLE_CHECK)
        return found.length === 0 ? null : found.map(({ msg }) => msg).join('; ')
      } catch (error) {
        return String(error)
      }
    },
    database: {
      async start() {
        const began = performance.now()
        wasKilled = false
        try {
          await server.start()
          return performance.now() - began
        } catch (error) {
          if (wasKilled) return null
          throw error
        }
      },
      async kill() {
        wasKilled = true
        await server.stop('kill')
      },
    },
    async remove() {
      await server.remove()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const OURS = "c.relnamespace = 'motorhead_chat'::regnamespace"

/** Fail at an index that is damaged, or that lacks a row of its table. */
const INDEX_CHECKS = [
  `SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
   WHERE ${OURS} AND c.relkind = 'i' AND a.amname = 'btree'`,
  `SELECT gin_index_check(c.oid) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
   WHERE ${OURS} AND c.relkind = 'i' AND a.amname = 'gin'`,
]

/** What is wrong with the tables, each. */
const TABLE_CHECK = `SELECT v.msg FROM pg_class c, verify_heapam(c.oid) v WHERE ${OURS} AND c.relkind = 'r'`

type Rows = Record<string, unknown>[]

const toRefs = (rows: Rows): Map<string, SessionRef> =>
  new Map(
    rows.map(({ namespace, id }) => [String(id), { namespace: String(namespace), sessionId: String(id) }]),
  )

const toLeftOver = ([row]: Rows) => ({ jobs: Number(row?.jobs), streaming: Number(row?.streaming) })
