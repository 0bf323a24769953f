import { expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bob, type Scene } from './scene.ts'

export function treeContract(store: () => Store, scene: Scene): void {
  const { said, append, turn, send, reply, pathOf, windowOf } = scene

  it('appends in order and reads pages from the end', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
    const page = await store().listPath(bob, { limit: 2 })
    expect(page.messages.map((message) => message.id)).toEqual(['m4', 'm5'])
    expect(page.hasEarlier).toBe(true)
    const before = page.messages[0]?.position ?? 0
    const above = await store().listPath(bob, { limit: 9, before })
    expect(above.messages.map((message) => message.id)).toEqual(['m1', 'm2', 'm3'])
    expect(above.hasEarlier).toBe(false)
  })

  it('stores a retried append once, and refuses the same id with other text', async () => {
    await append(bob, 'm1')
    await append(bob, 'm1')
    expect(await pathOf(bob)).toEqual(['m1'])
    // Nor is it there a second time beside the path.
    expect((await store().selectVersion(bob, 'm1')).headId).toBe('m1')
    const other = { ...said('m1'), content: 'other text' }
    await expect(store().appendMessages(bob, [said('m2'), other])).rejects.toMatchObject({ code: 'conflict' })
    expect(await pathOf(bob)).toEqual(['m1'])
  })

  it('puts messages that come at once into one line', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `m${n}`)
    await Promise.all(ids.map((id) => append(bob, id)))
    expect((await pathOf(bob)).sort()).toEqual(ids.sort())
  })

  it('hides nothing that was said meanwhile when a retry comes late', async () => {
    await append(bob, 'm1')
    await append(bob, 'm2')
    await append(bob, 'm1')
    expect(await pathOf(bob)).toEqual(['m1', 'm2'])
  })

  it('keeps who spoke', async () => {
    await store().appendMessages(bob, [{ ...said('m1'), name: 'Ann' }, said('m2')])
    const { messages } = await store().listPath(bob, { limit: 9 })
    expect(messages.map((message) => message.name)).toEqual(['Ann', null])
  })

  it('keeps both versions of an edited message, each with its own tail', async () => {
    await reply(bob, send('q1', 'a1'))
    await reply(bob, send('q2', 'a2', 'a1'))
    await reply(bob, turn({ kind: 'edit', id: 'q1b', text: 'other', messageId: 'q1', replyId: 'a1b' }))
    expect(await pathOf(bob)).toEqual(['q1b', 'a1b'])
    expect((await store().listPath(bob, { limit: 9 })).messages[0]?.versions).toEqual(['q1', 'q1b'])
    const left = await store().listPath(bob, { headId: 'q2', limit: 2 })
    expect(left.messages.map((message) => message.id)).toEqual(['a1', 'q2'])
    expect((await store().listPath(bob, { headId: 'gone', limit: 9 })).messages).toEqual([])
    expect((await store().selectVersion(bob, 'q1')).headId).toBe('a2')
    expect(await pathOf(bob)).toEqual(['q1', 'a1', 'q2', 'a2'])
  })

  it('keeps both versions of a regenerated reply', async () => {
    await reply(bob, send('q1', 'a1'), 'first')
    await reply(bob, turn({ kind: 'regenerate', messageId: 'a1', replyId: 'a2' }), 'second')
    const { messages } = await store().listPath(bob, { limit: 9 })
    expect(messages.map((message) => message.content)).toEqual(['text q1', 'second'])
    expect(messages[1]?.versions).toEqual(['a1', 'a2'])
  })

  it('gives a whole path across nested branches', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    await store().appendMessages(bob, [said('b1'), said('b2'), said('b3')], { parentId: 'm2' })
    await store().appendMessages(bob, [said('c1'), said('c2')], { parentId: 'b1' })
    expect(await pathOf(bob)).toEqual(['m1', 'm2', 'b1', 'c1', 'c2'])
    expect(await windowOf(bob)).toEqual(['m1', 'm2', 'b1', 'c1', 'c2'])
  })
}
