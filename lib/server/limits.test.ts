import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LimitReached } from '#lib/memory/errors.ts'
import type { Allowance } from '#lib/memory/store/limit-store.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { createLimits, limitRefusal } from './limits.ts'

const settings = {
  maxActiveRuns: 4,
  requestsPerMinute: 4,
  runsPerMinute: 3,
  runsPerDay: 50,
  tokensPerDay: 1000,
  writesPerMinute: 2,
}

let store: Store
beforeEach(() => {
  store = createSqliteStore(':memory:')
})
afterEach(() => store.close())

async function refused(allowances: Allowance[]) {
  try {
    await store.spend(allowances, 1)
    return null
  } catch (error) {
    return limitRefusal(error as LimitReached)
  }
}

describe('limits', () => {
  it('lets a person send so many a minute, exactly, also at once', async () => {
    const limits = createLimits(settings)
    const caller = { user: 'a', address: '10.0.0.1' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => refused(limits.reply(caller))))
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(3)
    expect(answers.find((refusal) => refusal !== null)).toEqual({
      message: 'That is many messages in a short time. Try again in 60 seconds.',
      retryAfterSeconds: 60,
    })
  })

  it('is not evaded by a new cookie for every request', async () => {
    const limits = createLimits(settings)
    const answers: unknown[] = []
    for (let user = 0; user < 20; user++)
      answers.push(await refused(limits.reply({ user: `${user}`, address: '10.0.0.1' })))
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(15)
    expect(await refused(limits.reply({ user: 'b', address: '10.0.0.2' }))).toBeNull()
  })

  it('caps the day over all people', async () => {
    const limits = createLimits({ ...settings, runsPerDay: 2 })
    await refused(limits.reply({ user: 'a', address: '1' }))
    await refused(limits.reply({ user: 'b', address: '2' }))
    const third = await refused(limits.reply({ user: 'c', address: '3' }))
    expect(third?.message).toMatch(/in a day .* 24 hours\.$/)
  })

  it('takes nothing from the day for a refused message', async () => {
    const limits = createLimits({ ...settings, runsPerMinute: 1, runsPerDay: 2 })
    for (let again = 0; again < 5; again++) await refused(limits.reply({ user: 'a', address: '1' }))
    expect(await refused(limits.reply({ user: 'b', address: '2' }))).toBeNull()
  })

  it('counts other changes apart from messages', async () => {
    const limits = createLimits(settings)
    const caller = { user: 'a', address: '1' }
    for (let again = 0; again < 2; again++) await refused(limits.write(caller))
    expect((await refused(limits.write(caller)))?.message).toContain('many changes')
    expect(await refused(limits.reply(caller))).toBeNull()
  })

  it('answers so many requests of a person a minute, and five times as many of an address', async () => {
    const limits = createLimits(settings)
    const ask = (user: string, times: number) =>
      Promise.allSettled(
        Array.from({ length: times }, () => limits.request({ user, address: '10.0.0.1' })),
      ).then((answers) => answers.filter(({ status }) => status === 'fulfilled').length)
    expect(await ask('a', 10)).toBe(4)
    const others = await Promise.all(['b', 'c', 'd', 'e', 'f'].map((user) => ask(user, 4)))
    expect(others).toEqual([4, 4, 4, 4, 0])
    await expect(limits.request({ user: 'g', address: '10.0.0.2' })).resolves.toBeUndefined()
    const refusal = await limits.request({ user: 'a', address: '10.0.0.2' }).catch(limitRefusal)
    expect(refusal).toEqual({
      message: expect.stringMatching(/^That is many requests in a short time\. Try again in \d+ seconds\.$/),
      retryAfterSeconds: expect.any(Number),
    })
  })

  it('says why a summary is not made anew without a model, and until when', () => {
    expect(limitRefusal({ allowance: 'summary-tokens', retryAfterMs: 3 * 3_600_000 }).message).toBe(
      'The tokens of today for summaries are used up, and made without a model this one would be worse. Try again in 3 hours.',
    )
  })

  it('keeps no address as it is', () => {
    const keys = createLimits(settings).reply({ user: 'u-canary', address: '203.0.113.7' })
    expect(JSON.stringify(keys)).not.toMatch(/canary|203\.0/)
  })
})
