import { expect, it } from 'vitest'
import type { Allowance } from '../limit-store.ts'
import type { Store } from '../store.ts'
import { bob, type Scene } from './scene.ts'

export function limitsContract(store: () => Store, { send, pathOf }: Scene): void {
  const own: Allowance = { name: 'own', key: 'own:bob', limit: 3, windowMs: 1000 }
  const all: Allowance = { name: 'all', key: 'all', limit: 5, windowMs: 10_000 }
  const spend = (now: number, ...allowances: Allowance[]) => store().spend(allowances, now)

  it('gives so many in a window, exactly, also at once, and says when the next one begins', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 9 }, () => spend(100, own)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    await expect(spend(600, own)).rejects.toMatchObject({
      code: 'limit-reached',
      allowance: 'own',
      retryAfterMs: 500,
    })
    await spend(1100, own)
    await spend(1100, { ...own, key: 'own:eve' })
  })

  it('takes from all or from none', async () => {
    for (const _ of [1, 2, 3]) await spend(100, own, all)
    await expect(spend(100, own, all)).rejects.toMatchObject({ allowance: 'own' })
    await expect(spend(100, all, own)).rejects.toMatchObject({ allowance: 'own' })
    await spend(100, all)
    await spend(100, all)
    await expect(spend(100, all)).rejects.toMatchObject({ allowance: 'all', retryAfterMs: 10_000 })
    await expect(spend(2000, own, all)).rejects.toMatchObject({ allowance: 'all' })
  })

  it('does not wait for a window that only a clock gone wrong can have begun', async () => {
    for (const _ of [1, 2, 3]) await spend(90_000_000, own)
    await spend(100, own)
  })

  it('spends with the turn: a refused one leaves nothing, a repeated one costs nothing', async () => {
    const allowances = [{ ...own, limit: 1 }]
    await store().beginTurn(bob, { ...send('q', 'a'), allowances })
    expect(await store().beginTurn(bob, { ...send('q', 'a'), allowances })).toMatchObject({ replayed: true })
    const second = { ...bob, sessionId: 's2' }
    const refused = store().beginTurn(second, { ...send('q2', 'a2'), allowances })
    await expect(refused).rejects.toMatchObject({ code: 'limit-reached', retryAfterMs: 1000 })
    expect(await store().getSession(second)).toBeNull()
    expect(await pathOf(bob)).toEqual(['q', 'a'])
    const failing = store().beginTurn(second, { ...send('q2', 'a2'), allowances: [all], maxActiveRuns: 0 })
    await expect(failing).rejects.toMatchObject({ code: 'too-many-runs' })
    for (const _ of [1, 2, 3, 4, 5]) await spend(5, all)
  })
}
