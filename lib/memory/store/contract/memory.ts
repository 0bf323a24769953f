import { expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

export function memoryContract(store: () => Store, scene: Scene): void {
  const { said, append, windowOf, claim, summarise } = scene

  it('ends the window at the nearest summary of its own branch', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    expect(await summarise(bob, 'S1', 'm2', null)).toBe(true)
    expect(await windowOf(bob)).toEqual(['m3', 'm4'])
    expect((await store().getWindow(bob)).summary?.id).toBe('S1')
    await store().appendMessages(bob, [said('other')], { parentId: 'm1' })
    expect(await windowOf(bob)).toEqual(['m1', 'other'])
    expect((await store().getWindow(bob)).summary).toBeNull()
  })

  it('reads as many of the newest messages of a window as are asked for, and the summary before all of it', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
    const newest = async (limit: number) => {
      const { messages, summary } = await store().getWindow(bob, 'm5', { limit })
      return [summary?.id, ...messages.map(({ id }) => id)]
    }
    expect(await newest(2)).toEqual([undefined, 'm4', 'm5'])
    await summarise(bob, 'S1', 'm2', null)
    expect(await newest(2)).toEqual(['S1', 'm4', 'm5'])
    expect(await newest(3)).toEqual(['S1', 'm3', 'm4', 'm5'])
    expect(await newest(9)).toEqual(['S1', 'm3', 'm4', 'm5'])
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

  it('refuses a summary that was begun before its session was deleted, also when that is taken back', async () => {
    await append(bob, 'm1', 'm2')
    const old = await claim(bob)
    await store().deleteSession(bob, 5)
    expect(await summarise(bob, 'S1', 'm1', null, old)).toBe(false)
    await store().restoreSession(bob)
    expect(await summarise(bob, 'S1', 'm1', null, old)).toBe(false)
    expect(await windowOf(bob)).toEqual(['m1', 'm2'])
  })

  it('undoes a summary together with those that grew from it', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm2', 'S1')
    expect(await store().deleteSummary(eve, 'S1')).toBe(false)
    expect(await store().deleteSummary(bob, 'S1')).toBe(true)
    expect(await windowOf(bob)).toEqual(['m1', 'm2', 'm3', 'm4'])
  })

  it('takes an undo back, with the summaries that went with it', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm2', 'S1')
    await summarise(bob, 'S3', 'm3', 'S2')
    await store().deleteSummary(bob, 'S3')
    await store().deleteSummary(bob, 'S2')
    expect(await store().getSummary(bob, 'S2')).toMatchObject({ context: 'context S2', undone: true })
    expect(await store().restoreSummary(eve, 'S2')).toBe(false)
    expect(await store().restoreSummary(bob, 'S2')).toBe(true)
    expect(await store().restoreSummary(bob, 'S2')).toBe(false)
    expect(await store().getSummary(bob, 'S2')).toMatchObject({ baseId: 'S1', undone: false })
    expect(await windowOf(bob)).toEqual(['m3', 'm4'])
    expect(await store().audit(bob)).toEqual({ messages: 4, summarised: 2, window: 2, lost: 0, doubled: 0 })
    expect(await store().getSummary(eve, 'S2')).toBeNull()
  })

  it('lists the summaries of the path that is shown', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm2', 'S1')
    await store().appendMessages(bob, [said('other')], { parentId: 'm1' })
    const ids = async () => (await store().outlineSummaries(bob)).map(({ id }) => id)
    expect(await ids()).toEqual(['S1'])
    expect((await store().listSummaries(bob)).map(({ id }) => id)).toEqual(['S2', 'S1'])
    expect(await store().outlineSummaries(bob)).toMatchObject([{ throughId: 'm1', folded: 1, source: 'llm' }])
    const edit = { id: 'E', context: 'edited', tokens: 1, source: 'person' as const, createdAt: 8 }
    await store().replaceContext(bob, edit)
    expect([...(await store().summariesAt(bob, ['m1', 'm3', 'x']))]).toEqual([['m1', 'E']])
    expect([...(await store().summariesAt(eve, ['m1']))]).toEqual([])
  })

  it('refuses an edit of a context that is not the current one any more', async () => {
    await append(bob, 'm1', 'm2')
    await summarise(bob, 'S1', 'm1', null)
    const edit = { id: 'E', context: 'edited', tokens: 1, source: 'person' as const, createdAt: 8 }
    await expect(store().replaceContext(bob, { ...edit, currentId: null })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await store().replaceContext(bob, { ...edit, currentId: 'S1' })).toMatchObject({ baseId: 'S1' })
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
