import { expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

export function sessionsContract(store: () => Store, scene: Scene): void {
  const { said, append, send, end, pathOf } = scene

  it('lists the newest activity first, page by page, and only its own namespace', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      await store().appendMessages({ namespace: 'bob', sessionId: id }, [said(`m${id}`, 'user', index + 1)])
    }
    await append(eve, 'x')
    const first = await store().listSessions(['bob'], { limit: 2 })
    expect(first.map((session) => session.id)).toEqual(['c', 'b'])
    const last = first.at(-1)
    const rest = await store().listSessions(['bob'], { limit: 2, ...(last && { before: last }) })
    expect(rest.map((session) => session.id)).toEqual(['a'])
  })

  it('lists several namespaces as one, page by page', async () => {
    const places = [
      ['bob', 'a'],
      ['key:k', 'b'],
      ['bob', 'c'],
      ['key:k', 'd'],
    ] as const
    for (const [index, [namespace, id]] of places.entries()) {
      await store().appendMessages({ namespace, sessionId: id }, [said(`m${id}`, 'user', index + 1)])
    }
    const first = await store().listSessions(['bob', 'key:k'], { limit: 3 })
    expect(first.map(({ namespace, id }) => [namespace, id])).toEqual([
      ['key:k', 'd'],
      ['bob', 'c'],
      ['key:k', 'b'],
    ])
    const last = first.at(-1)
    const rest = await store().listSessions(['bob', 'key:k'], { limit: 3, ...(last && { before: last }) })
    expect(rest.map(({ id }) => id)).toEqual(['a'])
  })

  it('says which sessions have a reply in progress', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    expect((await store().listSessions(['bob'], { limit: 9 }))[0]?.running).toBe(true)
    await store().finishRun(run, end('complete', 'done'))
    expect((await store().listSessions(['bob'], { limit: 9 }))[0]?.running).toBe(false)
  })

  it('keeps a title that a person gave against a model and first words', async () => {
    await append(bob, 'm')
    expect(await store().setTitle(bob, 'By model', 'model')).toBe(true)
    expect(await store().setTitle(bob, 'By person', 'person')).toBe(true)
    expect(await store().setTitle(bob, 'By model again', 'model')).toBe(false)
    expect((await store().getSession(bob))?.title).toBe('By person')
    expect(await store().setTitle(bob, 'By person again', 'person')).toBe(true)
  })

  it('treats a foreign session as an absent one', async () => {
    await append(bob, 'm1', 'm2')
    expect(await store().getSession(eve)).toBeNull()
    expect(await store().getMessage(eve, 'm1')).toBeNull()
    expect(await store().setTitle(eve, 'mine', 'person')).toBe(false)
    expect(await store().deleteSession(eve, 1)).toBe(false)
    expect(await store().forgetMessage(eve, 'm1')).toBeNull()
    await expect(store().listPath(eve, { limit: 9 })).rejects.toMatchObject({ code: 'not-found' })
    await expect(store().selectVersion(eve, 'm1')).rejects.toMatchObject({ code: 'not-found' })
    await append(eve, 'm1')
    expect(await pathOf(bob)).toEqual(['m1', 'm2'])
    expect(await pathOf(eve)).toEqual(['m1'])
  })

  it('hides a deleted session until it is restored, and forgets it when purged', async () => {
    await append(bob, 'm1', 'm2')
    expect(await store().deleteSession(bob, 50)).toBe(true)
    expect(await store().getSession(bob)).toBeNull()
    expect(await store().listSessions(['bob'], { limit: 9 })).toEqual([])
    await expect(append(bob, 'm3')).rejects.toMatchObject({ code: 'not-found' })
    expect(await store().restoreSession(eve)).toBe(false)
    expect(await store().purgeDeleted(49)).toBe(0)
    expect(await store().restoreSession(bob)).toBe(true)
    expect(await pathOf(bob)).toEqual(['m1', 'm2'])
    await store().deleteSession(bob, 60)
    expect(await store().purgeDeleted(60)).toBe(1)
    expect(await store().restoreSession(bob)).toBe(false)
    await append(bob, 'new')
    expect(await pathOf(bob)).toEqual(['new'])
  })

  it('lists pinned sessions apart, wherever their activity puts them', async () => {
    for (const [index, id] of ['old', 'new'].entries()) {
      await store().appendMessages({ namespace: 'bob', sessionId: id }, [said(`m${id}`, 'user', index + 1)])
    }
    expect(await store().setPinned({ namespace: 'bob', sessionId: 'old' }, true)).toBe(true)
    expect(await store().setPinned({ namespace: 'eve', sessionId: 'old' }, true)).toBe(false)
    const idsOf = async (pinned?: boolean) =>
      (await store().listSessions(['bob'], { limit: 9, ...(pinned !== undefined && { pinned }) })).map(
        (session) => session.id,
      )
    expect(await idsOf(true)).toEqual(['old'])
    expect(await idsOf(false)).toEqual(['new'])
    expect(await idsOf()).toEqual(['new', 'old'])
    expect(await store().getSession({ namespace: 'bob', sessionId: 'old' })).toMatchObject({
      pinned: true,
      updatedAt: 1,
    })
    await store().setPinned({ namespace: 'bob', sessionId: 'old' }, false)
    expect(await idsOf(true)).toEqual([])
  })

  it('keeps a temporary session out of the list and gives it no background work', async () => {
    const create = { title: 'Secret', temporary: true }
    const { run } = await store().beginTurn(bob, { ...send('q', 'a'), create })
    await store().finishRun(run, { ...end('complete', 'yes'), jobs: [{ kind: 'compaction', dueAt: 1 }] })
    await store().enqueueJob(bob, { kind: 'title', dueAt: 1 })
    await store().appendMessages({ namespace: 'bob', sessionId: 's2' }, [said('m')], {
      temporary: true,
      jobs: [{ kind: 'compaction', dueAt: 1 }],
    })
    expect(await store().listSessions(['bob'], { limit: 9 })).toEqual([])
    expect(await store().nextJobAt()).toBeNull()
    expect(await store().getSession(bob)).toMatchObject({ temporary: true, title: 'Secret' })
    expect(await pathOf(bob)).toEqual(['q', 'a'])
  })

  it('removes temporary sessions without activity for good, and no others', async () => {
    const inSession = (sessionId: string) => ({ namespace: 'bob', sessionId })
    await store().appendMessages(inSession('idle'), [said('m1', 'user', 10)], { temporary: true })
    await store().appendMessages(inSession('busy'), [said('m2', 'user', 20)], { temporary: true })
    await store().appendMessages(inSession('kept'), [said('m3', 'user', 10)])
    expect(await store().purgeTemporary(10)).toBe(1)
    expect(await store().getSession(inSession('idle'))).toBeNull()
    expect(await store().getSession(inSession('busy'))).not.toBeNull()
    expect(await store().getSession(inSession('kept'))).not.toBeNull()
  })
}
