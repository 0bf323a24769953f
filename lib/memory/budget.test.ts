import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTokenLimit } from './budget.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { Store } from './store/store.ts'

const DAY_MS = 86_400_000
const ref = { namespace: 'bob', sessionId: 's' }

let store: Store
beforeEach(() => {
  store = createSqliteStore(':memory:')
})
afterEach(() => store.close())

it('lets no reply begin once all calls together have taken the tokens of the day, until the next one', async () => {
  let now = 10 * DAY_MS + 1000
  const check = createTokenLimit({ store, tokensPerDay: 100, now: () => now })
  await store.addUsage(ref, { kind: 'reply', inputTokens: 60, outputTokens: 20, at: now })
  await check()
  await store.addUsage(ref, { kind: 'summary', inputTokens: 15, outputTokens: 5, at: now })
  await expect(check()).rejects.toMatchObject({
    code: 'limit-reached',
    allowance: 'tokens-day',
    retryAfterMs: DAY_MS - 1000,
  })
  now = 11 * DAY_MS
  await check()
})
