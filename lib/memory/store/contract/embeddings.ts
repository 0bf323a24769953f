import { expect, it } from 'vitest'
import { isOnPath } from '../search-scope.ts'
import type { SearchScope, SessionRef, Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

export function embeddingsContract(store: () => Store, scene: Scene): void {
  const { append, said, send, turn, end } = scene
  const missing = async (ref: SessionRef, model = 'm', limit = 9) =>
    (await store().listUnembedded(ref, { model, limit })).map(({ id }) => id)
  const keep = (ref: SessionRef, id: string, content = `text ${id}`, vector = new Float32Array([0.6, 0.8])) =>
    store().saveEmbeddings(ref, 'm', [{ id, content, vector }])
  /** What a scope shows, each by the first number of its vector. */
  const read = async (scope: SearchScope, model = 'm') => {
    const sessions = await store().listEmbedded(scope, model)
    const pages = sessions.map(async ({ key, path }) => {
      const vectors = await store().readVectors(key, { model, after: 0, limit: 9 })
      return vectors.filter((each) => isOnPath(each, path)).map(({ vector }) => vector[0])
    })
    return (await Promise.all(pages)).flat()
  }
  const named = (number: number) => new Float32Array([number, 1])

  it('lists what has no vector of a model, and keeps one byte for byte', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    expect(await missing(bob, 'm', 2)).toEqual(['m1', 'm2'])
    const vector = new Float32Array([0.1, -0.2, 1e-7])
    await keep(bob, 'm2', 'text m2', vector)
    expect(await missing(bob)).toEqual(['m1', 'm3'])
    expect(await missing(bob, 'another')).toEqual(['m1', 'm2', 'm3'])
    expect(await missing(eve)).toEqual([])
    const [session] = await store().listEmbedded({ ref: bob }, 'm')
    expect(session).toMatchObject({ ...bob, count: 1, path: [{ upTo: 3 }] })
    const kept = await store().readVectors(session?.key ?? 0, { model: 'm', after: 0, limit: 9 })
    expect(kept).toMatchObject([{ position: 2, createdAt: 1, isReply: true, seq: session?.newest, vector }])
    expect(await read({ ref: bob }, 'another')).toEqual([])
  })

  it('keeps none for a message that is gone or says something else', async () => {
    await append(bob, 'm1', 'm2')
    await keep(bob, 'm1', 'other text')
    await keep(bob, 'absent')
    await keep(eve, 'm2')
    expect(await read({ ref: bob })).toEqual([])
    await keep(bob, 'm1', 'text m1', named(1))
    await keep(bob, 'm2', 'text m2', named(2))
    expect(await read({ ref: bob })).toEqual([1, 2])
    await store().forgetMessage(bob, 'm1')
    expect(await read({ ref: bob })).toEqual([2])
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

  it('reads what a scope searches, page by page, the sessions with the newest first', async () => {
    const other = { ...bob, sessionId: 's2' }
    await append(bob, 'm1', 'm2', 'm3')
    await store().appendMessages(bob, [said('left')], { parentId: 'm2' })
    await append(other, 'o1')
    await append(eve, 'e1')
    for (const [index, id] of ['m1', 'm2', 'm3', 'left'].entries())
      await keep(bob, id, `text ${id}`, named(index + 1))
    await keep(other, 'o1', 'text o1', named(5))
    await keep(eve, 'e1')
    expect(await read({ ref: bob })).toEqual([1, 2, 4])
    expect(await read({ ref: bob, headId: 'm3', throughPosition: 2 })).toEqual([1, 2])
    expect(await read({ namespaces: ['bob'] })).toEqual([5, 1, 2, 4])
    expect(await read({ namespaces: ['bob'], except: bob })).toEqual([5])
    const [session] = await store().listEmbedded({ ref: bob }, 'm')
    expect(session?.count).toBe(4)
    const page = (after: number) => store().readVectors(session?.key ?? 0, { model: 'm', after, limit: 3 })
    const first = await page(0)
    expect(first.map(({ vector }) => vector[0])).toEqual([1, 2, 3])
    expect((await page(first[2]?.seq ?? 0)).map(({ vector }) => vector[0])).toEqual([4])
  })

  it('lists what is embedded of the sessions with a label only, where one is given', async () => {
    for (const label of ['work', 'home']) {
      const ref = { ...bob, sessionId: label }
      const settings = {
        context: null,
        title: '',
        named: null,
        mark: null,
        at: 2,
        maxWindow: 12,
        compactionAt: 2,
      }
      const save = (id: string, name: string) => {
        const messages = [{ id, role: 'Human', content: `text ${id}`, createdAt: 2 }]
        return store().saveMessages(ref, { ...settings, messages, label: name })
      }
      await save('m', label)
      await save('n', `also ${label}`)
      await keep(ref, 'm')
    }
    const labelled = async (label: string) =>
      (await store().listEmbedded({ namespaces: ['bob'], label }, 'm')).map(({ sessionId }) => sessionId)
    expect(await labelled('home')).toEqual(['home'])
    expect(await labelled('also work')).toEqual(['work'])
    expect(await labelled('none')).toEqual([])
  })
}
