import { expect, it } from 'vitest'
import type { NewMessage, SessionRef, Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

/** Finding by words as a person does. */
export function findingContract(store: () => Store, { append, said }: Scene): void {
  const say = (ref: SessionRef, id: string, content: string, options: Partial<NewMessage> = {}) =>
    store().appendMessages(ref, [{ ...said(id), content, ...options }])
  const idsOf = async (namespaces: string[], ...words: string[][]) =>
    (await store().findMessages(namespaces, { words, limit: 9 })).map((hit) => hit.id)

  it('finds messages that hold every word, each by its beginning or its stem, newest first', async () => {
    await say(bob, 'm1', 'We dined in Lisbon.', { createdAt: 1 })
    await say(bob, 'm2', 'The hotel in Lisbon was loud', { createdAt: 2 })
    await say({ ...bob, sessionId: 's2' }, 'm3', 'LISBON, again: a café', { createdAt: 3 })
    expect(await idsOf(['bob'], ['lis'])).toEqual(['m3', 'm2', 'm1'])
    expect(await idsOf(['bob'], ['lisbon'], ['hotels'])).toEqual(['m2'])
    expect(await idsOf(['bob'], ['lisbon'], ['hot', 'cafe'])).toEqual(['m3', 'm2'])
    expect(await idsOf(['bob'], ['lisbon'], ['porto'])).toEqual([])
    expect(await idsOf(['bob'])).toEqual([])
    expect(await idsOf(['bob'], [])).toEqual([])
    expect(await store().findMessages(['bob'], { words: [['lis']], limit: 1 })).toMatchObject([
      { id: 'm3', namespace: 'bob', sessionId: 's2', content: 'LISBON, again: a café' },
    ])
  })

  it('takes operators in a word for words', async () => {
    await say(bob, 'm1', 'to be or not to be')
    for (const word of ['" OR "', 'tag : s1', 'NEAR(be)', '*', '-', "'; --"])
      expect(await idsOf(['bob'], [word], ['absent'])).toEqual([])
    expect(await idsOf(['bob'], ['not'])).toEqual(['m1'])
  })

  it('finds on every branch, and nothing that is foreign, temporary, deleted or forgotten', async () => {
    await append(bob, 'm1')
    await say(bob, 'm2', 'my cat Tom')
    await store().appendMessages(bob, [{ ...said('m3'), content: 'my cat Ann' }], { parentId: 'm1' })
    await say(eve, 'm4', 'my cat Zoe')
    const secret = { ...bob, sessionId: 's2' }
    await store().appendMessages(secret, [{ ...said('m5'), content: 'a secret cat' }], { temporary: true })
    expect((await idsOf(['bob'], ['cat'])).sort()).toEqual(['m2', 'm3'])
    expect((await idsOf(['bob', 'eve'], ['cat'])).sort()).toEqual(['m2', 'm3', 'm4'])
    await store().forgetMessage(bob, 'm2')
    expect(await idsOf(['bob'], ['cat'])).toEqual(['m3'])
    await store().deleteSession(bob, 5)
    expect(await idsOf(['bob'], ['cat'])).toEqual([])
  })
}
