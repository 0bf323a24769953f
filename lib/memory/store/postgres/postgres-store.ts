import type { Store } from '../store.ts'
import { clientMethods } from './client.ts'
import { openPostgres, type PostgresOptions } from './database.ts'
import { embeddingsMethods } from './embeddings.ts'
import { forgettingMethods } from './forgetting.ts'
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
import { usageMethods } from './usage.ts'

/**
 * The store of several processes, on several machines: a Postgres database, plain or behind a transaction pooler. Makes its
 * schema when it is absent. Rejects with a `MemoryError` while the server cannot be used; a server that goes away later is
 * found again by itself.
 */
export async function createPostgresStore(url: string, options?: PostgresOptions): Promise<Store> {
  const database = await openPostgres(url, options)
  return {
    ...sessionsMethods(database),
    ...settingsMethods(database),
    ...messagesMethods(database),
    ...forgettingMethods(database),
    ...embeddingsMethods(database),
    ...searchMethods(database),
    ...summariesMethods(database),
    ...jobsMethods(database),
    ...runsMethods(database),
    ...transferMethods(database),
    ...usageMethods(database),
    ...keysMethods(database),
    ...limitsMethods(database),
    ...remoteMethods(database),
    ...clientMethods(database),
    close: () => database.close(),
  }
}
