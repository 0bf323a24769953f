import { expect, it } from 'vitest'
import type { NewMessage, SearchScope, SessionRef, Store } from '../store.ts'
import { bob, eve, foundIds, type Scene } from './scene.ts'

export function searchContract(store: () => Store, scene: Scene): void {
  const { append, end, said, send } = scene
  const say = (
    ref: SessionRef,
    id: string,
    content: string,
    options: Partial<NewMessage> = {},
    parentId?: string,
  ) =>
    store().appendMessages(
      ref,
      [{ id, role: 'user', content, createdAt: 2, ...options }],
      parentId === undefined ? {} : { parentId },
    )
  const find = (scope: SearchScope, ...terms: string[]) => store().searchMessages(scope, { terms, limit: 9 })
  const idsOf = (scope: SearchScope, ...terms: string[]) => foundIds(store(), scope, terms)

  it('searches the path of a head only, up to a position', async () => {
    await append(bob, 'm1', 'm2')
    await say(bob, 'left', 'my cat is Tom')
    await say(bob, 'right', 'my cat is Ann', {}, 'm2')
    await say(eve, 'foreign', 'my cat is Zoe')
    expect(await idsOf({ ref: bob }, 'cats')).toEqual(['right'])
    expect(await idsOf({ ref: bob, headId: 'left' }, 'cats')).toEqual(['left'])
    expect(await idsOf({ ref: bob, headId: 'right', throughPosition: 2 }, 'cat')).toEqual([])
    expect(await idsOf({ ref: bob, throughPosition: 3 }, 'cat')).toEqual(['right'])
  })

  it('finds nothing by no term, by an absent session, and takes no term for an operator', async () => {
    await append(bob, 'm1', 'm2')
    expect(await idsOf({ ref: bob })).toEqual([])
    expect(await idsOf({ ref: { ...bob, sessionId: 'absent' } }, 'text')).toEqual([])
    expect(await idsOf({ ref: bob, headId: 'absent' }, 'text')).toEqual([])
    expect(await idsOf({ ref: bob }, 'no"thing', 'NOT', '*', 'content:m1')).toEqual([])
    expect(await idsOf({ namespaces: [] }, 'text')).toEqual([])
  })

  it('finds a rare word among many common ones, and what is said everywhere by what is said newest', async () => {
    const many = Array.from({ length: 1100 }, (_, n) => ({
      id: `m${n}`,
      role: 'user',
      content: n === 3 ? 'a cat and a lamp' : 'a lamp on a table',
      createdAt: n,
    }))
    await store().appendMessages(bob, many)
    expect((await idsOf({ ref: bob }, 'lamp', 'table', 'cat'))[0]).toBe('m3')
    expect((await idsOf({ ref: bob }, 'lamp', 'absent', 'missing', 'nowhere')).length).toBe(9)
    await say(eve, 'one', 'a lamp, a cat, a dog and a bird')
    expect(await idsOf({ ref: eve }, 'lamp', 'absent', 'missing', 'nowhere')).toEqual(['one'])
    expect((await idsOf({ namespaces: ['bob', 'eve'] }, 'lamp', 'bird'))[0]).toBe('one')
  })

  it('finds a word that is rare where it looks, however common it is elsewhere', async () => {
    const many = (count: number, content: string) =>
      Array.from({ length: count }, (_, n) => ({ ...said(`m${n}`), content }))
    await store().appendMessages(eve, many(1100, 'my garden'))
    await store().appendMessages(bob, [
      ...many(25, 'an oak, a fern and a violet'),
      { ...said('garden'), content: 'his garden is large' },
    ])
    const terms = ['garden', 'oak', 'fern', 'violet']
    expect(await foundIds(store(), { ref: bob }, terms, 99)).toContain('garden')
  })

  it('searches the shown paths of the sessions of namespaces, and says where each was said', async () => {
    const other = { ...bob, sessionId: 's2' }
    await say(bob, 'm1', 'the cat sleeps')
    await say(other, 'm1', 'hello')
    await say(other, 'hidden', 'a cat on another branch')
    await say(other, 'shown', 'two cats', {}, 'm1')
    await say(eve, 'foreign', 'my cat is Zoe')
    const both = { namespaces: ['bob', 'nobody'] }
    const found = await store().readPlaces(both, await find(both, 'cat'))
    expect(found.map(({ namespace, sessionId, id }) => `${namespace} ${sessionId} ${id}`).sort()).toEqual([
      'bob s1 m1',
      'bob s2 shown',
    ])
    expect(await idsOf({ namespaces: ['bob'], except: other }, 'cat')).toEqual(['m1'])
    const secret = { id: 'secret', role: 'user', content: 'a secret cat', createdAt: 2 }
    await store().appendMessages({ ...bob, sessionId: 's3' }, [secret], { temporary: true })
    expect(await idsOf({ namespaces: ['bob'] }, 'secret')).toEqual([])
    expect((await idsOf({ namespaces: ['bob', 'eve'] }, 'cat')).sort()).toEqual(['foreign', 'm1', 'shown'])
  })

  it('gives the best first, the newer of equals before the older, at most the limit', async () => {
    await say(bob, 'm1', 'a cat')
    await say(bob, 'm2', 'a cat')
    await say(bob, 'm3', 'a black cat')
    const hits = await find({ ref: bob }, 'black', 'cat')
    expect(hits.map(({ position }) => position)).toEqual([3, 2, 1])
    for (const hit of hits) expect(hit.score).toBeGreaterThan(0)
    expect(await store().searchMessages({ ref: bob }, { terms: ['cat'], limit: 2 })).toHaveLength(2)
  })

  it('finds no deleted session, and nothing of a reply before it has ended', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a', null, 'a cat?'))
    expect(await idsOf({ ref: bob }, 'cat')).toEqual(['q'])
    await store().finishRun(run, end('complete', 'yes, a cat'))
    expect((await idsOf({ ref: bob }, 'cat')).sort()).toEqual(['a', 'q'])
    await store().deleteSession(bob, 50)
    expect(await idsOf({ ref: bob }, 'cat')).toEqual([])
    expect(await idsOf({ namespaces: ['bob'] }, 'cat')).toEqual([])
    await store().purgeDeleted(50)
    await say(bob, 'new', 'a dog')
    expect(await idsOf({ namespaces: ['bob'] }, 'cat')).toEqual([])
  })

  it('searches who spoke and when, too, and ranks people apart from machines', async () => {
    const at = { createdAt: Date.UTC(2023, 4, 8, 13) }
    await say(bob, 'm1', 'I went hiking', { role: 'Human', name: 'Ann', ...at })
    await say(bob, 'm2', 'Lovely', { role: 'AI', name: 'Mel', ...at })
    await say(bob, 'm3', 'Nice hiking', { role: 'AI', ...at })
    await say(bob, 'm4', 'no hiking for me', { createdAt: Date.UTC(2024, 0, 1) })
    expect(await idsOf({ ref: bob }, 'mel')).toEqual(['m2'])
    expect((await idsOf({ ref: bob }, 'may', '2023')).sort()).toEqual(['m1', 'm2', 'm3'])
    const hits = await find({ ref: bob }, 'hike', 'mel')
    expect(hits.map(({ position, isReply }) => `${position} ${isReply}`).sort()).toEqual([
      '1 false',
      '2 false',
      '3 true',
      '4 false',
    ])
    expect(await store().findMessages(['bob'], { words: [['2023']], limit: 9 })).toEqual([])
  })

  it('finds a part of a text in a script without spaces', async () => {
    await say(bob, 'm1', '我的名字是小明')
    await say(bob, 'm2', '你好')
    expect(await idsOf({ ref: bob }, '名字')).toEqual(['m1'])
    expect(await idsOf({ ref: bob }, '你好')).toEqual(['m2'])
  })

  it('reads the places of a path, in the order asked for, and leaves out where nothing stands', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    await say(bob, 'left', 'left', {}, 'm2')
    await say(bob, 'right', 'right', {}, 'm2')
    await store().forgetMessage(bob, 'm1')
    await append(eve, 'foreign')
    const read = async (scope: SearchScope, ...positions: number[]) =>
      (
        await store().readPlaces(
          scope,
          positions.map((position) => ({ ...bob, position })),
        )
      ).map(({ id }) => id)
    expect(await read({ ref: bob }, 3, 2, 1, 4, 0)).toEqual(['right', 'm2'])
    expect(await read({ ref: bob, headId: 'm4' }, 2, 3, 4)).toEqual(['m2', 'm3', 'm4'])
    expect(await read({ ref: bob, headId: 'm4', throughPosition: 3 }, 4, 3)).toEqual(['m3'])
    expect(await read({ namespaces: ['bob'] }, 3)).toEqual(['right'])
    expect(await read({ namespaces: ['bob'], except: bob }, 3)).toEqual([])
    expect(await read({ namespaces: ['eve'] }, 1, 2)).toEqual([])
    expect(await read({ ref: eve }, 1, 2)).toEqual([])
  })

  it('searches the sessions with a label only, where one is given', async () => {
    const rest = { context: null, title: '', named: null, mark: null, at: 2, maxWindow: 12, compactionAt: 2 }
    for (const label of ['work', 'home']) {
      const messages = [{ id: 'm', role: 'Human', content: `the cat at ${label}`, createdAt: 2 }]
      await store().saveMessages({ ...bob, sessionId: label }, { ...rest, messages, label })
    }
    await store().saveMessages({ ...bob, sessionId: 'work' }, { ...rest, messages: [], label: 'office' })
    expect(await find({ namespaces: ['bob'], label: 'office' }, 'cat')).toHaveLength(1)
    expect(await find({ namespaces: ['bob'], label: 'work' }, 'cat')).toHaveLength(1)
    const hits = await find({ namespaces: ['bob'], label: 'home' }, 'cat')
    expect(hits.map(({ sessionId }) => sessionId)).toEqual(['home'])
    expect(await find({ namespaces: ['bob'] }, 'cat')).toHaveLength(2)
  })
}
