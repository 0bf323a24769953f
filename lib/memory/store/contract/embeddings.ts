import { expect, it } from 'vitest'
import type { SearchScope, SessionRef, Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

export function embeddingsContract(store: () => Store, scene: Scene): void {
  const { append, said, send, turn, end } = scene
  const missing = async (ref: SessionRef, model = 'm', limit = 9) =>
    (await store().listUnembedded(ref, { model, limit })).map(({ id }) => id)
  const keep = (ref: SessionRef, id: string, content = `text ${id}`, vector = new Float32Array([0.6, 0.8])) =>
    store().saveEmbeddings(ref, 'm', [{ id, content, vector }])
  const read = async (scope: SearchScope, model = 'm') =>
    (await store().readEmbeddings(scope, { model, limit: 9 })).hits.map(({ id }) => id)

  it('lists what has no vector of a model, and keeps one byte for byte', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    expect(await missing(bob, 'm', 2)).toEqual(['m1', 'm2'])
    const vector = new Float32Array([0.1, -0.2, 1e-7])
    await keep(bob, 'm2', 'text m2', vector)
    expect(await missing(bob)).toEqual(['m1', 'm3'])
    expect(await missing(bob, 'another')).toEqual(['m1', 'm2', 'm3'])
    expect(await missing(eve)).toEqual([])
    const { hits } = await store().readEmbeddings({ ref: bob }, { model: 'm', limit: 9 })
    expect(hits).toEqual([
      { namespace: 'bob', sessionId: 's1', id: 'm2', position: 2, createdAt: 1, isReply: true, vector },
    ])
    expect(await read({ ref: bob }, 'another')).toEqual([])
  })

  it('keeps none for a message that is gone or says something else', async () => {
    await append(bob, 'm1', 'm2')
    await keep(bob, 'm1', 'other text')
    await keep(bob, 'absent')
    await keep(eve, 'm2')
    expect(await read({ ref: bob })).toEqual([])
    await keep(bob, 'm1')
    await keep(bob, 'm2')
    expect(await read({ ref: bob })).toEqual(['m2', 'm1'])
    await store().forgetMessage(bob, 'm1')
    expect(await read({ ref: bob })).toEqual(['m2'])
  })

  it('lists a reply anew that has gone on', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    expect(await missing(bob)).toEqual(['q'])
    await store().finishRun(run, end('interrupted', 'half'))
    await keep(bob, 'a', 'half')
    const next = (await store().beginTurn(bob, turn({ kind: 'continue', messageId: 'a' }))).run
    await store().finishRun(next, end('complete', 'half and half'))
    expect(await missing(bob)).toEqual(['q', 'a'])
    await keep(bob, 'a', 'half and half')
    expect(await missing(bob)).toEqual(['q'])
  })

  it('reads what a scope searches, page by page, newest first', async () => {
    const other = { ...bob, sessionId: 's2' }
    await append(bob, 'm1', 'm2', 'm3')
    await store().appendMessages(bob, [said('left')], { parentId: 'm2' })
    await append(other, 'o1')
    await append(eve, 'e1')
    for (const id of ['m1', 'm2', 'm3', 'left']) await keep(bob, id)
    await keep(other, 'o1')
    await keep(eve, 'e1')
    expect(await read({ ref: bob })).toEqual(['left', 'm2', 'm1'])
    expect(await read({ ref: bob, headId: 'm3', throughPosition: 2 })).toEqual(['m2', 'm1'])
    expect(await read({ namespaces: ['bob'] })).toEqual(['o1', 'left', 'm2', 'm1'])
    expect(await read({ namespaces: ['bob'], except: bob })).toEqual(['o1'])
    const page = await store().readEmbeddings({ ref: bob }, { model: 'm', limit: 2 })
    expect(page.hits.map(({ id }) => id)).toEqual(['left'])
    const rest = await store().readEmbeddings({ ref: bob }, { model: 'm', limit: 2, before: page.next ?? 0 })
    expect(rest.hits.map(({ id }) => id)).toEqual(['m2', 'm1'])
  })
}
