import { expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

export function memoryContract(store: () => Store, scene: Scene): void {
  const { said, append, pathOf, windowOf, claim, summarise } = scene

  it('ends the window at the nearest summary of its own branch', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    expect(await summarise(bob, 'S1', 'm2', null)).toBe(true)
    expect(await windowOf(bob)).toEqual(['m3', 'm4'])
    expect((await store().getWindow(bob)).summary?.id).toBe('S1')
    await store().appendMessages(bob, [said('other')], { parentId: 'm1' })
    expect(await windowOf(bob)).toEqual(['m1', 'other'])
    expect((await store().getWindow(bob)).summary).toBeNull()
  })

  it('counts every message once, in the chain of summaries or in the window', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
    await summarise(bob, 'S1', 'm2', null)
    await store().replaceContext(bob, {
      id: 'S1e',
      context: 'edited',
      tokens: 1,
      source: 'person',
      createdAt: 8,
    })
    await summarise(bob, 'S2', 'm4', 'S1e')
    expect(await store().audit(bob)).toEqual({ messages: 5, summarised: 4, window: 1, lost: 0, doubled: 0 })
    expect((await store().listSummaries(bob)).map((summary) => summary.id)).toEqual(['S2', 'S1e', 'S1'])
  })

  it('refuses a summary after the generation changed, the lease was lost, or another one came first', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    const old = await claim(bob)
    await store().replaceContext(bob, {
      id: 'E',
      context: 'edited',
      tokens: 1,
      source: 'person',
      createdAt: 8,
    })
    expect(await summarise(bob, 'S1', 'm2', 'E', old)).toBe(false)
    const fresh = await claim(bob)
    expect(await summarise(bob, 'S1', 'm2', null, fresh)).toBe(false)
    expect(await summarise(bob, 'S1', 'gone', 'E', fresh)).toBe(false)
    expect(await summarise(eve, 'S1', 'm2', 'E', fresh)).toBe(false)
    expect(await summarise(bob, 'S1', 'm2', 'E', { ...fresh, lease: 'stolen' })).toBe(false)
    expect(await summarise(bob, 'S1', 'm2', 'E', fresh)).toBe(true)
  })

  it('undoes a summary together with those that grew from it', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm2', 'S1')
    expect(await store().deleteSummary(eve, 'S1')).toBe(false)
    expect(await store().deleteSummary(bob, 'S1')).toBe(true)
    expect(await windowOf(bob)).toEqual(['m1', 'm2', 'm3', 'm4'])
  })

  it('forgets a message: its children move up, summaries that covered it go, earlier ones stay', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm3', 'S1')
    const { generation } = (await store().getSession(bob)) ?? { generation: 0 }
    expect(await store().forgetMessage(bob, 'm2')).toBe(true)
    expect(await pathOf(bob)).toEqual(['m1', 'm3', 'm4', 'm5'])
    expect(await windowOf(bob)).toEqual(['m3', 'm4', 'm5'])
    expect((await store().getWindow(bob)).summary?.id).toBe('S1')
    expect((await store().getSession(bob))?.generation).toBeGreaterThan(generation)
    const hits = await store().searchMessages({ ref: bob }, { terms: ['m2'], limit: 9 })
    expect(hits).toEqual([])
    await store().forgetMessage(bob, 'm5')
    expect(await pathOf(bob)).toEqual(['m1', 'm3', 'm4'])
    await append(bob, 'm6')
    expect(await pathOf(bob)).toEqual(['m1', 'm3', 'm4', 'm6'])
    expect(await store().audit(bob)).toEqual({ messages: 4, summarised: 1, window: 3, lost: 0, doubled: 0 })
  })

  it('keeps a context that was set before anything was folded', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    await store().replaceContext(bob, {
      id: 'C',
      context: 'given',
      tokens: 1,
      source: 'client',
      createdAt: 8,
    })
    expect((await store().getWindow(bob)).summary?.context).toBe('given')
    expect(await windowOf(bob)).toEqual(['m1', 'm2', 'm3'])
    await summarise(bob, 'S1', 'm2', 'C')
    expect(await store().audit(bob)).toEqual({ messages: 3, summarised: 2, window: 1, lost: 0, doubled: 0 })
  })
}
