import { it } from 'vitest'
import { foldsEverythingInTheEnd, holdsEachMessageOnce } from './engine.property.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000)
const open = async () => createSqliteStore(':memory:')

it(
  `holds each message exactly once in window or summary chain (${RUNS} runs)`,
  {
    timeout: 600_000,
  },
  () => holdsEachMessageOnce(open, RUNS),
)

it('folds everything beyond the window in the end, however often the model fails on the way', () =>
  foldsEverythingInTheEnd(open, 200))
