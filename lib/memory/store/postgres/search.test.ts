import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, openPostgres } from './database.ts'
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

/** A search, and how many questions it has put to the database. */
function countedSearch() {
  const count = { asked: 0 }
  function counted<Given extends unknown[], Answer>(ask: (...given: Given) => Answer) {
    return (...given: Given) => {
      count.asked++
      return ask(...given)
    }
  }
  const search = searchMethods({
    ...database,
    read: (work) =>
      database.read((db) =>
        work({ ...db, all: counted(db.all), one: counted(db.one), run: counted(db.run) }),
      ),
  })
  return { ...search, count }
}

it('asks the database as often for what is in many sessions as for what is in one', async () => {
  const store = await createPostgresStore(test.url, { schema: test.schema })
  const say = (namespace: string, session: number) =>
    store.appendMessages({ namespace, sessionId: `s${session}` }, [
      { id: `m${session}`, role: 'user', content: 'a kangaroo', createdAt: session },
    ])
  await say('few', 0)
  for (let session = 0; session < 30; session++) await say('many', session)
  const asked = async (namespace: string, found: number) => {
    const { searchMessages, readPlaces, count } = countedSearch()
    const scope = { namespaces: [namespace] }
    const hits = await searchMessages(scope, { terms: ['kangaroo'], limit: 99 })
    expect(await readPlaces(scope, hits)).toHaveLength(found)
    return count.asked
  }
  expect(await asked('many', 30)).toBe(await asked('few', 1))
  await store.close()
})
