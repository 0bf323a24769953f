import { expect, it } from 'vitest'
import { keyNamespace } from '../key-store.ts'
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

  it('tells what the sessions of somebody took, those that took most first, and nothing of deleted ones or strangers', async () => {
    const other = { namespace: 'bob', sessionId: 'other' }
    const third = { namespace: 'bob', sessionId: 'third' }
    await append(bob, 'm1')
    await append(other, 'm1')
    await append(third, 'm1')
    await append(eve, 'm1')
    await spend(100, 10)
    await store().addUsage(bob, { kind: 'reply', inputTokens: 30, outputTokens: 3, at: 5 })
    await store().addUsage(other, { kind: 'reply', inputTokens: 500, outputTokens: 50, at: 5 })
    await store().addUsage(third, { kind: 'reply', inputTokens: 9000, outputTokens: 50, at: 5 })
    await store().addUsage(eve, { kind: 'reply', inputTokens: 9000, outputTokens: 50, at: 5 })
    await store().deleteSession(third, 9)
    const { sums, sessions } = await store().usageOf(['bob'], 9)
    expect(sums).toEqual([
      { kind: 'reply', calls: 2, inputTokens: 530, outputTokens: 53 },
      { kind: 'summary', calls: 1, inputTokens: 100, outputTokens: 10 },
    ])
    const none = { inputTokens: 0, outputTokens: 0 }
    expect(sessions).toMatchObject([
      { ref: other, replies: { inputTokens: 500, outputTokens: 50 }, background: none },
      {
        ref: bob,
        replies: { inputTokens: 30, outputTokens: 3 },
        background: { inputTokens: 100, outputTokens: 10 },
      },
    ])
    expect((await store().usageOf(['bob'], 1)).sessions).toHaveLength(1)
    expect(await store().usageOf([], 9)).toEqual({ sums: [], sessions: [] })
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

  it('tells what background work took of a person in a day, with that of their keys, and nothing of another', async () => {
    const program = { namespace: keyNamespace('k'), sessionId: 's1' }
    const key = { id: 'k', owner: 'bob', name: 'n', hint: 'h', createdAt: 1, hash: 'hash' }
    await store().addKey(key, 9)
    await append(bob, 'm1')
    await append(program, 'm1')
    await spend(100, 10)
    await store().addUsage(program, { kind: 'embedding', inputTokens: 7, outputTokens: 0, at: 6 })
    await store().addUsage(bob, { kind: 'reply', inputTokens: 1000, outputTokens: 1000, at: 6 })
    await store().addUsage(eve, { kind: 'title', inputTokens: 3, outputTokens: 2, at: 6 })
    expect(await store().backgroundTokensOf('bob', 7)).toBe(117)
    expect(await store().backgroundTokensOf(program.namespace, 7)).toBe(117)
    expect(await store().backgroundTokensOf('eve', 7)).toBe(5)
    expect(await store().backgroundTokensOf('carol', 7)).toBe(0)
    await store().forgetSession(bob)
    expect(await store().backgroundTokensOf('bob', 7)).toBe(117)
    await spend(1, 2, DAY)
    expect(await store().backgroundTokensOf('bob', DAY)).toBe(3)
    expect(await store().backgroundTokensOf('bob', 7)).toBe(0)
  })
}
