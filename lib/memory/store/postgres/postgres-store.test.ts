import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeStore } from '../contract/contract.ts'
import type { Store } from '../store.ts'
import { createPostgresStore } from './postgres-store.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
let opened: Store
beforeAll(async () => {
  database = await createTestDatabase()
  opened = await createPostgresStore(database.url, database)
}, 60_000)
afterAll(async () => {
  await opened.close()
  await database.remove()
})

describeStore('postgres', async () => {
  await database.clear()
  return { ...opened, close: async () => {} }
})

describe('postgres: the server', () => {
  const ref = { namespace: 'n', sessionId: 's' }

  it('is prepared once, however many processes start at once', async () => {
    const fresh = { schema: `${database.schema}_fresh`, maxConnections: 1 }
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => createPostgresStore(database.url, fresh)),
    )
    const steps = await database.sql.unsafe(`SELECT version FROM ${fresh.schema}.schema_version`)
    expect(steps).toHaveLength(1)
    await Promise.all(stores.map((store) => store.close()))
    await database.sql.unsafe(`DROP SCHEMA ${fresh.schema} CASCADE`)
  })

  it('keeps every character, also those that Postgres has no place for', async () => {
    const store = await createPostgresStore(database.url, database)
    const content = 'a\u0000b\u0001c\u00010\u00011\u0000\u0001 🦘 \u0301 "\\'
    await store.appendMessages(ref, [{ id: 'm\\"{},', role: 'us\u0000er', content, createdAt: 1 }])
    expect(await store.getMessage(ref, 'm\\"{},')).toMatchObject({ content, role: 'us\u0000er' })
    expect((await store.listPath(ref, { limit: 1 })).messages[0]?.versions).toEqual(['m\\"{},'])
    await store.close()
  })
})
