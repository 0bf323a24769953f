import { describe, expect, it } from 'vitest'
import { createLimits, reserve } from './limits.ts'

const settings = { maxActiveRuns: 4, runsPerMinute: 3, runsPerDay: 50, writesPerMinute: 2 }

describe('limits', () => {
  it('lets a person send so many a minute, exactly, also at once', async () => {
    const limits = createLimits(settings)
    const caller = { user: 'a', address: '10.0.0.1' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => limits.reply(caller)))
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(3)
    const refused = answers.find((refusal) => refusal !== null)
    expect(refused?.retryAfterSeconds).toBeGreaterThan(0)
    expect(refused?.retryAfterSeconds).toBeLessThanOrEqual(60)
    expect(refused?.message).toMatch(/many messages.*Try again in \d+ seconds\./)
  })

  it('is not evaded by a new cookie for every request', async () => {
    const limits = createLimits(settings)
    const answers: unknown[] = []
    for (let user = 0; user < 20; user++)
      answers.push(await limits.reply({ user: `${user}`, address: '10.0.0.1' }))
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(15)
    expect(await limits.reply({ user: 'b', address: '10.0.0.2' })).toBeNull()
  })

  it('caps the day over all people', async () => {
    const limits = createLimits({ ...settings, runsPerDay: 2 })
    await limits.reply({ user: 'a', address: '1' })
    await limits.reply({ user: 'b', address: '2' })
    expect((await limits.reply({ user: 'c', address: '3' }))?.message).toMatch(/in a day .* hours\.$/)
  })

  it('takes nothing from the day for a refused message', async () => {
    const limits = createLimits({ ...settings, runsPerMinute: 1, runsPerDay: 2 })
    for (let again = 0; again < 5; again++) await limits.reply({ user: 'a', address: '1' })
    expect(await limits.reply({ user: 'b', address: '2' })).toBeNull()
  })

  it('counts other changes apart from messages', async () => {
    const limits = createLimits(settings)
    const caller = { user: 'a', address: '1' }
    for (let again = 0; again < 3; again++) await limits.write(caller)
    expect(await limits.write(caller)).not.toBeNull()
    expect(await limits.reply(caller)).toBeNull()
  })

  it('refuses when counting fails', async () => {
    const broken = {
      consume: () => Promise.reject(new Error('no store')),
      reward: () => Promise.reject(new Error()),
    }
    const refusal = await reserve([[broken, 'a', 'unused']])
    expect(refusal).toEqual({ message: expect.stringContaining('cannot be counted'), retryAfterSeconds: 10 })
  })
})
