import { afterAll, beforeAll, it } from 'vitest'
import { foldsEverythingInTheEnd, holdsEachMessageOnce } from '../../engine.property.ts'
import type { Store } from '../store.ts'
import { createPostgresStore } from './postgres-store.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

/** Each takes about a hundred round trips: a fiftieth of what SQLite does. */
const RUNS = Math.ceil(Number(process.env.PROPERTY_RUNS ?? 10_000) / 50)

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

async function open(): Promise<Store> {
  await database.clear()
  return { ...opened, close: async () => {} }
}

it(
  `holds each message exactly once in window or summary chain (${RUNS} runs)`,
  {
    timeout: 600_000,
  },
  () => holdsEachMessageOnce(open, RUNS),
)

it(
  'folds everything beyond the window in the end, however often the model fails on the way',
  {
    timeout: 120_000,
  },
  () => foldsEverythingInTheEnd(open, 5),
)
