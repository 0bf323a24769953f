import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeStore } from '../contract/contract.ts'
import type { Store } from '../store.ts'
import { POSTGRES_MIGRATIONS } from './migrations.ts'
import { createPostgresStore } from './postgres-store.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

/** As many steps led sessions of programs to those of their names elsewhere. */
const STEPS_WITH_LINKS = 14

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

  it('leaves no orphan of a session of a program that led there: somebody else may have one of its name', async () => {
    const schema = `${database.schema}_linked`
    await database.sql.unsafe(`
      BEGIN; CREATE SCHEMA ${schema}; SET LOCAL search_path = ${schema};
      ${POSTGRES_MIGRATIONS.slice(0, STEPS_WITH_LINKS).join(';')};
      INSERT INTO sessions (namespace, id, title, title_source, created_at, updated_at, deleted_at)
      VALUES ('key:k1', 's1', '', 'person', 1, 1, 1), ('bob', 's2', '', 'person', 1, 1, 1);
      INSERT INTO remote_sessions (session_key, remote_id) SELECT key, id FROM sessions;
      CREATE TABLE schema_version AS SELECT ${STEPS_WITH_LINKS} AS version; COMMIT
    `)
    const store = await createPostgresStore(database.url, { schema, maxConnections: 1 })
    await store.purgeDeleted(5)
    expect(await store.listOrphans(9)).toEqual(['s2'])
    await store.close()
    await database.sql.unsafe(`DROP SCHEMA ${schema} CASCADE`)
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
