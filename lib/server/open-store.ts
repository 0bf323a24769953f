import { join } from 'node:path'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import type { Config } from './config.ts'

/** The store that the configuration names. Throws `MemoryError`. */
export async function openStore(config: Config): Promise<Store> {
  return createSqliteStore(join(config.dataDir, 'motorhead-chat.db'))
}
