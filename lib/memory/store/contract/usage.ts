import { expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

const DAY = 86_400_000

export function usageContract(store: () => Store, { append }: Scene): void {
  const spend = (inputTokens: number, outputTokens: number, at = 5) =>
    store().addUsage(bob, { kind: 'summary', inputTokens, outputTokens, at })

  it('adds up the tokens of each kind, by session and by day', async () => {
    await append(bob, 'm1')
    await append(eve, 'm1')
    await spend(100, 10)
    await spend(50, 5)
    await store().addUsage(bob, { kind: 'title', inputTokens: 7, outputTokens: 1, at: DAY })
    await store().addUsage(eve, { kind: 'reply', inputTokens: 3, outputTokens: 2, at: 6 })
    const summaries = { kind: 'summary', calls: 2, inputTokens: 150, outputTokens: 15 }
    const title = { kind: 'title', calls: 1, inputTokens: 7, outputTokens: 1 }
    const reply = { kind: 'reply', calls: 1, inputTokens: 3, outputTokens: 2 }
    expect(await store().sessionUsage(bob)).toEqual([summaries, title])
    expect(await store().sessionUsage(eve)).toEqual([reply])
    expect(await store().dailyUsage(DAY - 1)).toEqual([reply, summaries])
    expect(await store().dailyUsage(DAY)).toEqual([title])
    expect(await store().dailyUsage(2 * DAY)).toEqual([])
  })

  it('loses no call when many are counted at once', async () => {
    await append(bob, 'm1')
    await Promise.all(Array.from({ length: 20 }, () => spend(1, 2)))
    const sum = { kind: 'summary', calls: 20, inputTokens: 20, outputTokens: 40 }
    expect(await store().sessionUsage(bob)).toEqual([sum])
    expect(await store().dailyUsage(0)).toEqual([sum])
  })

  it('keeps the sum of the day when the session goes, so that a delete buys no more', async () => {
    await append(bob, 'm1')
    await spend(100, 10)
    await store().deleteSession(bob, 9)
    expect(await store().sessionUsage(bob)).toEqual([])
    await store().purgeDeleted(9)
    await spend(1, 1)
    expect(await store().sessionUsage(bob)).toEqual([])
    expect(await store().dailyUsage(0)).toEqual([
      { kind: 'summary', calls: 2, inputTokens: 101, outputTokens: 11 },
    ])
  })
}
