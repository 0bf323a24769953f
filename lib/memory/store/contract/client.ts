import { expect, it } from 'vitest'
import type { Save } from '../client-store.ts'
import type { Store } from '../store.ts'
import { bob, eve, foundIds, type Scene } from './scene.ts'

export function clientContract(store: () => Store, scene: Scene): void {
  const { said, turn, reply, claim, summarise } = scene
  const save = (ids: string[], more: Partial<Save> = {}): Save => ({
    messages: ids.map((id, index) => said(id, index % 2 ? 'AI' : 'Human')),
    context: null,
    label: '',
    title: 'A program',
    named: null,
    mark: null,
    at: 10,
    maxWindow: 12,
    compactionAt: 20,
    ...more,
  })
  const ids = (count: number, from = 1) => Array.from({ length: count }, (_, index) => `m${from + index}`)
  const newest = async (limit = 12) =>
    (await store().readMemory(bob, limit)).messages.map((message) => message.id)
  const log = async (after = 0, limit = 100) => {
    const { messages, next } = await store().readLog(bob, { after, limit })
    return { ids: messages.map((message) => message.id), next }
  }
  const context = (text: string) => ({ id: crypto.randomUUID(), text, tokens: 1 })

  it('takes an absent session for an empty one', async () => {
    expect(await store().readMemory(bob, 12)).toEqual({ messages: [], context: null, tokens: 0 })
    expect(await store().readLog(bob, { after: 0, limit: 9 })).toEqual({ messages: [], next: null })
    expect(await store().listLabelled('bob', { label: '', limit: 9, offset: 0 })).toEqual([])
  })

  it('saves in order, and reads the newest first, byte for byte, in its own namespace', async () => {
    const odd = {
      id: 'odd',
      role: 'tool: x',
      content: 'a: b\0\n漢字 👩‍👩‍👧 \u2028',
      name: 'Ann',
      createdAt: 7,
    }
    expect(await store().saveMessages(bob, save(['m1', 'm2']))).toBe('saved')
    await store().saveMessages(bob, save([], { messages: [odd] }))
    const { messages } = await store().readMemory(bob, 2)
    expect(messages.map(({ byChat: _, ...message }) => message)).toEqual([
      odd,
      { id: 'm2', role: 'AI', content: 'text m2', name: null, createdAt: 1 },
    ])
    expect((await store().readMemory(eve, 12)).messages).toEqual([])
    expect((await store().getSession(bob))?.title).toBe('A program')
    expect(await store().audit(bob)).toMatchObject({ messages: 3, window: 3, lost: 0, doubled: 0 })
    expect(await foundIds(store(), { ref: bob }, ['m2'])).toContain('m2')
  })

  it('asks for a compaction when the window is longer than it may be', async () => {
    expect(await store().saveMessages(bob, save(ids(12)))).toBe('saved')
    expect(await store().nextJobAt()).toBeNull()
    expect(await store().saveMessages(bob, save(['m13']))).toBe('compacting')
    expect(await store().nextJobAt()).toBe(20)
  })

  it('shows what no summary covers, and pages the whole log', async () => {
    await store().saveMessages(bob, save(ids(6)))
    await summarise(bob, 'S1', 'm2', null)
    await summarise(bob, 'S2', 'm4', 'S1')
    expect(await newest()).toEqual(['m6', 'm5'])
    expect(await store().readMemory(bob, 1)).toMatchObject({ context: 'context S2', tokens: 3 })
    const first = await log(0, 4)
    expect(first.ids).toEqual(['m1', 'm2', 'm3', 'm4'])
    expect(await log(first.next ?? 0, 4)).toEqual({ ids: ['m5', 'm6'], next: null })
    expect((await log(0, 6)).next).toBeNull()
  })

  it('follows the branch that is shown, with its own summary', async () => {
    await store().saveMessages(bob, save(ids(4)))
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm3', 'S1')
    await store().appendMessages(bob, [said('b1'), said('b2')], { parentId: 'm2' })
    expect(await newest()).toEqual(['b2', 'b1', 'm2'])
    expect((await store().readMemory(bob, 12)).context).toBe('context S1')
    expect((await log()).ids).toEqual(['m1', 'm2', 'b1', 'b2'])
    await store().saveMessages(bob, save(['b3']))
    expect(await newest(2)).toEqual(['b3', 'b2'])
    expect((await log(3)).ids).toEqual(['b2', 'b3'])
  })

  it('gives the beginning of a window, along its own branch', async () => {
    await store().saveMessages(bob, save(ids(6)))
    await summarise(bob, 'S1', 'm2', null)
    const start = async (limit: number) => {
      const { messages, summary } = await store().getWindowStart(bob, limit)
      return [summary?.id, ...messages.map(({ id }) => id)]
    }
    expect(await start(2)).toEqual(['S1', 'm3', 'm4'])
    expect(await start(9)).toEqual(['S1', 'm3', 'm4', 'm5', 'm6'])
    expect(await store().getWindowStart(bob, 9)).toEqual(await store().getWindow(bob))
    await store().appendMessages(bob, [said('b1'), said('b2')], { parentId: 'm4' })
    expect(await start(3)).toEqual(['S1', 'm3', 'm4', 'b1'])
    expect(await store().getWindowStart(bob, 9)).toEqual(await store().getWindow(bob))
    await expect(store().getWindowStart(eve, 9)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('sets the context in the same transaction, before a summary that was being made', async () => {
    await store().saveMessages(bob, save(ids(4)))
    const old = await claim(bob)
    await store().saveMessages(bob, save(['m5'], { context: context('given') }))
    expect(await summarise(bob, 'S1', 'm2', null, old)).toBe(false)
    expect(await store().readMemory(bob, 12)).toMatchObject({ context: 'given', tokens: 0 })
    await store().saveMessages(bob, save(['m6'], { context: context('given') }))
    expect(await store().listSummaries(bob)).toHaveLength(1)
    await store().saveMessages(bob, save([], { context: context('') }))
    expect((await store().readMemory(bob, 12)).context).toBe('')
    expect(await store().audit(bob)).toMatchObject({ messages: 6, window: 6, lost: 0 })
  })

  it('knows a save by its name, once a session', async () => {
    const named = (hash: string) => ({ named: { id: 'first', hash } })
    expect(await store().saveMessages(bob, save(['m1'], named('h')))).toBe('saved')
    expect(await store().saveMessages(bob, save(['m2'], named('h')))).toBe('repeated')
    expect(await store().saveMessages(bob, save(['m3'], named('other')))).toBe('conflict')
    expect(await newest()).toEqual(['m1'])
    expect(await store().saveMessages(eve, save(['m1'], named('h')))).toBe('saved')
    expect(await store().pruneSaves(11)).toBe(2)
    expect(await store().saveMessages(bob, save(['m4'], named('h')))).toBe('saved')
  })

  it('knows a save by its mark, until its answer has arrived', async () => {
    const marked = (at: number, more: { since?: number; before?: number } = {}) => ({
      at,
      mark: { id: 'bob s1 words', since: at - 60, before: at - 5, ...more },
    })
    expect(await store().saveMessages(bob, save(['m1'], marked(10)))).toBe('saved')
    // Too soon to say that nobody answered.
    expect(await store().saveMessages(bob, save(['m2'], marked(12)))).toBe('saved')
    // But this one was seen to be lost.
    expect(await store().saveMessages(bob, save(['m3'], marked(13, { before: 13 })))).toBe('repeated')
    expect(await store().saveMessages(bob, save(['m4'], marked(18)))).toBe('repeated')
    expect(await store().saveMessages(bob, save(['m5'], marked(23)))).toBe('repeated')
    expect(await newest()).toEqual(['m2', 'm1'])

    await store().markAnswered(['bob s1 words', 'never heard of'])
    expect(await store().saveMessages(bob, save(['m6'], marked(40)))).toBe('saved')
    expect(await store().saveMessages(bob, save(['m7'], marked(101)))).toBe('saved')
    expect(await newest()).toEqual(['m7', 'm6', 'm2', 'm1'])
  })

  it('forgets the mark of a save with its session, and with time', async () => {
    const again = { mark: { id: 'mark', since: 0, before: 10 } }
    await store().saveMessages(bob, save(['m1'], again))
    await store().forgetSession(bob)
    expect(await store().saveMessages(bob, save(['m2'], again))).toBe('saved')
    await store().pruneSaves(11)
    expect(await store().saveMessages(bob, save(['m3'], again))).toBe('saved')
    expect(await newest()).toEqual(['m3', 'm2'])
  })

  it('lists the sessions of a label, oldest activity first', async () => {
    const at = (id: string, time: number, label = '') =>
      store().saveMessages(
        { namespace: 'bob', sessionId: id },
        save([], { messages: [said(`m${id}${time}`)], at: time, label }),
      )
    await at('a', 1, 'x')
    await at('b', 2, 'x')
    await at('c', 3)
    await at('a', 4)
    await at('b', 5, 'y')
    const list = (label: string, limit = 9, offset = 0) =>
      store().listLabelled('bob', { label, limit, offset })
    expect(await list('x')).toEqual(['a', 'b'])
    expect(await list('x', 1, 1)).toEqual(['b'])
    expect(await list('')).toEqual(['c', 'a'])
    expect(await list('', 1, 1)).toEqual(['a'])
    expect(await list('y')).toEqual(['b'])
    await store().forgetSession({ namespace: 'bob', sessionId: 'b' })
    expect([await list('x'), await list('y')]).toEqual([['a'], []])
    expect(await store().listLabelled('eve', { label: 'x', limit: 9, offset: 0 })).toEqual([])
  })

  it('begins anew after a session was forgotten, whatever was waiting for it', async () => {
    await store().saveMessages(bob, save(ids(13), { named: { id: 'n', hash: 'h' } }))
    const old = await claim(bob)
    await store().forgetSession(bob)
    expect(await store().nextJobAt()).toBeNull()
    expect(await store().restoreSession(bob)).toBe(false)
    expect(await store().saveMessages(bob, save(['m1'], { named: { id: 'n', hash: 'h' } }))).toBe('saved')
    expect(await summarise(bob, 'S1', 'm1', null, old)).toBe(false)
    expect(await newest()).toEqual(['m1'])
    const hits = await store().searchMessages({ ref: bob }, { terms: ['m2'], limit: 9 })
    expect(hits).toEqual([])
  })

  it('takes the place of a session that a person has just deleted', async () => {
    await store().saveMessages(bob, save(['m1', 'm2']))
    await store().deleteSession(bob, 5)
    expect(await store().saveMessages(bob, save(['m3']))).toBe('saved')
    expect(await newest()).toEqual(['m3'])
    expect(await store().restoreSession(bob)).toBe(false)
  })

  it('tells what was said in the chat, and leaves out a reply that is not there yet', async () => {
    await store().saveMessages(bob, save(['m1', 'm2']))
    await reply(bob, turn({ kind: 'send', id: 'q', replyId: 'a', after: 'm2', text: 'hello' }), 'hi')
    await store().beginTurn(bob, turn({ kind: 'send', id: 'q2', replyId: 'a2', after: 'a', text: 'more' }))
    const { messages } = await store().readMemory(bob, 9)
    expect(messages.map(({ id, role, byChat }) => [id, role, byChat])).toEqual([
      ['q2', 'user', true],
      ['a', 'assistant', true],
      ['q', 'user', true],
      ['m2', 'AI', false],
      ['m1', 'Human', false],
    ])
  })
}
