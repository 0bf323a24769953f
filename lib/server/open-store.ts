import { join } from 'node:path'
import { createPostgresStore } from '#lib/memory/store/postgres/postgres-store.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import type { Config } from './config.ts'

/** The store that the configuration names. Rejects with a `MemoryError`. */
export async function openStore({ database, dataDir }: Config): Promise<Store> {
  return database
    ? createPostgresStore(database.url, { maxConnections: database.maxConnections })
    : createSqliteStore(sqliteFile(dataDir))
}

export const sqliteFile = (dataDir: string): string => join(dataDir, 'motorhead-chat.db')
