import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, openPostgres, type Queries } from './database.ts'
import { createPostgresStore } from './postgres-store.ts'
import { searchMethods } from './search.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let test: TestDatabase
let database: Database
beforeAll(async () => {
  test = await createTestDatabase()
  database = await openPostgres(test.url, { schema: test.schema })
})
afterAll(async () => {
  await database.close()
  await test.remove()
})

async function looksInto(db: Queries): Promise<number> {
  const scans = await db.one(
    `SELECT seq_scan + coalesce(idx_scan, 0) AS n FROM pg_stat_xact_user_tables
     WHERE schemaname = $1 AND relname = 'message_index'`,
    test.schema,
  )
  return Number(scans?.n)
}

/** A search, how many questions it has put to the database, and how often these have looked into the index. */
function countedSearch() {
  const count = { asked: 0, looked: 0 }
  function counted<Given extends unknown[], Answer>(ask: (...given: Given) => Answer) {
    return (...given: Given) => {
      count.asked++
      return ask(...given)
    }
  }
  const search = searchMethods({
    ...database,
    read: (work) =>
      database.read(async (db) => {
        const before = await looksInto(db)
        const answer = await work({ ...db, all: counted(db.all), one: counted(db.one) })
        count.looked += (await looksInto(db)) - before
        return answer
      }),
  })
  return { ...search, count }
}

it('asks the database as often, and looks into the index as often, for many messages in many sessions as for one', async () => {
  const store = await createPostgresStore(test.url, { schema: test.schema })
  const say = (namespace: string, session: number) =>
    store.appendMessages({ namespace, sessionId: `s${session}` }, [
      { id: `m${session}`, role: 'user', content: 'a kangaroo', createdAt: session },
    ])
  await say('few', 0)
  for (let session = 0; session < 30; session++) await say('many', session)
  async function costOf(namespace: string, found: number) {
    const { searchMessages, readPlaces, count } = countedSearch()
    const scope = { namespaces: [namespace] }
    const hits = await searchMessages(scope, { terms: ['kangaroo'], limit: 99 })
    expect(await readPlaces(scope, hits)).toHaveLength(found)
    return count
  }
  expect(await costOf('many', 30)).toEqual(await costOf('few', 1))
  await store.close()
})
