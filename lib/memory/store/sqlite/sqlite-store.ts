import type { Store } from '../store.ts'
import { clientMethods } from './client.ts'
import { openSqlite } from './database.ts'
import { embeddingsMethods } from './embeddings.ts'
import { forgettingMethods } from './forgetting.ts'
import { createIndexing } from './indexing.ts'
import { jobsMethods } from './jobs.ts'
import { keysMethods } from './keys.ts'
import { limitsMethods } from './limits.ts'
import { messagesMethods } from './messages.ts'
import { remoteMethods } from './remote.ts'
import { runsMethods } from './runs.ts'
import { searchMethods } from './search.ts'
import { sessionsMethods } from './sessions.ts'
import { settingsMethods } from './settings.ts'
import { summariesMethods } from './summaries.ts'
import { transferMethods } from './transfer.ts'
import { createTree } from './tree.ts'
import { usageMethods } from './usage.ts'

/**
 * The embedded store: one SQLite file (`:memory:` for tests), shared by any number of processes on one machine.
 * Creates the file, its folder and its schema when they are absent. Every write is synced to disk before it resolves.
 * `patienceMs`: see `openSqlite`.
 */
export function createSqliteStore(path: string, options: { patienceMs?: number } = {}): Store {
  const database = openSqlite(path, options)
  const indexing = createIndexing(database)
  // What a process that died has left.
  indexing.catchUpSoon()
  const tree = createTree(database, indexing)
  return {
    ...sessionsMethods(database, tree),
    ...settingsMethods(database),
    ...messagesMethods(database, tree),
    ...forgettingMethods(database, tree),
    ...embeddingsMethods(database, tree),
    ...searchMethods(database, tree, indexing),
    ...summariesMethods(database, tree),
    ...jobsMethods(database, tree),
    ...runsMethods(database, tree, indexing),
    ...transferMethods(database, tree),
    ...remoteMethods(database, tree),
    ...usageMethods(database, tree),
    ...keysMethods(database),
    ...limitsMethods(database),
    ...clientMethods(database, tree),
    async close() {
      indexing.close()
      database.close()
    },
  }
}
