import { expect, it } from 'vitest'
import { keyNamespace } from '../key-store.ts'
import type { Receipt, Store } from '../store.ts'
import { bob, eve, foundIds, type Scene } from './scene.ts'

const NOTHING = { sessions: 0, messages: 0, summaries: 0, receipts: 0, runs: 0 }

export function forgettingContract(store: () => Store, scene: Scene): void {
  const { append, send, end, reply, pathOf, windowOf, summarise } = scene
  const receipt = (given: Partial<Receipt>): Receipt => ({
    summaryId: null,
    windowIds: [],
    retrieved: [],
    tokens: { context: 0, window: 0, retrieved: 0, total: 0 },
    model: 'm',
    ...given,
  })
  /** A question and its reply, which was given what `receipt` says. */
  async function answered(sessionId: string, receipt: Receipt): Promise<void> {
    const ref = { namespace: 'bob', sessionId }
    const { run } = await store().beginTurn(ref, send('q', 'a'))
    await store().finishRun(run, { ...end('complete', 'yes'), receipt })
  }

  it('forgets a message: its children move up, summaries that covered it go, earlier ones stay', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm3', 'S1')
    const { generation } = (await store().getSession(bob)) ?? { generation: 0 }
    expect(await store().forgetMessage(bob, 'm2')).toMatchObject({ messages: 1, summaries: 1 })
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

  it('says before what goes, and after what went', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    await summarise(bob, 'S1', 'm1', null)
    await summarise(bob, 'S2', 'm2', 'S1')
    await summarise(bob, 'S3', 'm3', 'S2')
    await store().deleteSummary(bob, 'S3')
    const { run } = await store().beginTurn(bob, send('q', 'a', 'm3'))
    await store().finishRun(run, { ...end('complete', 'yes'), receipt: receipt({ windowIds: ['m2', 'q'] }) })
    const expected = { sessions: 0, messages: 1, summaries: 2, receipts: 1, runs: 0 }
    expect(await store().previewForget(bob, 'm2')).toEqual({ ...expected, summaryIds: ['S2'] })
    expect(await store().previewForget(eve, 'm2')).toBeNull()
    expect(await store().forgetMessage(bob, 'm2')).toEqual(expected)
    expect(await store().forgetMessage(bob, 'm2')).toBeNull()
    expect(await store().getSummary(bob, 'S3')).toBeNull()
    expect(await store().previewForget(bob, 'a')).toMatchObject({ messages: 1, summaries: 0, runs: 1 })
  })

  it('leaves a gap in the receipts of all sessions that name it, and only in those', async () => {
    await append(bob, 'm1')
    await append({ namespace: 'bob', sessionId: 's3' }, 'm1')
    await answered('s2', receipt({ retrieved: [{ sessionId: 's1', messageId: 'm1' }] }))
    await answered('s3', receipt({ windowIds: ['m1', 'q'] }))
    const { run } = await store().beginTurn({ namespace: 'eve', sessionId: 's2' }, send('q', 'a'))
    const retrieved = [{ sessionId: 's1', messageId: 'm1' }]
    await store().finishRun(run, { ...end('complete', 'yes'), receipt: receipt({ retrieved }) })
    await store().forgetMessage(bob, 'm1')
    const receiptIn = async (sessionId: string) =>
      (await store().getMessage({ namespace: 'bob', sessionId }, 'a'))?.receipt
    expect(await receiptIn('s2')).toMatchObject({ retrieved: [null] })
    expect(await receiptIn('s3')).toMatchObject({ windowIds: ['m1', 'q'] })
    expect((await store().getMessage(run.ref, 'a'))?.receipt).toMatchObject({ retrieved })
  })

  it('finds the replies that were given something', async () => {
    await answered('s1', receipt({ summaryId: 'S1', windowIds: ['q'] }))
    const found = async (id: string) => (await store().findReplies(bob, { id, limit: 5 })).map((m) => m.id)
    expect(await found('S1')).toEqual(['a'])
    expect(await found('S2')).toEqual([])
    expect(await store().findReplies(eve, { id: 'S1', limit: 5 })).toEqual([])
  })

  it('gives a title that was made of it anew, and keeps the one that a person gave', async () => {
    const titleOf = (oldest: string | null) => `from ${oldest}`
    const title = async () => (await store().getSession(bob))?.title
    await reply(bob, send('q1', 'a1'))
    await reply(bob, send('q2', 'a2', 'a1'))
    await reply(bob, send('q3', 'a3', 'a2'))
    await store().setTitle(bob, 'By model', 'model')
    await store().forgetMessage(bob, 'q3', titleOf)
    expect(await title()).toBe('By model')
    await store().forgetMessage(bob, 'q1', titleOf)
    expect(await title()).toBe('from text q2')
    await store().forgetMessage(bob, 'q2', titleOf)
    expect(await title()).toBe('from null')
    await store().setTitle(bob, 'Mine', 'person')
    await store().forgetMessage(bob, 'a1', titleOf)
    expect(await title()).toBe('Mine')
  })

  it('takes no title from a job that began before', async () => {
    await append(bob, 'm1', 'm2')
    const { generation } = (await store().getSession(bob)) ?? { generation: 0 }
    await store().forgetMessage(bob, 'm1')
    expect(await store().setTitle(bob, 'Of m1', 'model', { generation })).toBe(false)
    expect(await store().setTitle(bob, 'Of m2', 'model', { generation: generation + 1 })).toBe(true)
  })

  it('asks the run that answers a forgotten message to stop', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    await store().forgetMessage(bob, 'q')
    expect((await store().appendChunks(run, { first: 0, chunks: ['c'], at: 8 })).stop).toBe(true)
  })

  it('forgets a session at once, a deleted one too', async () => {
    await reply(bob, send('q', 'a'))
    await summarise(bob, 'S1', 'q', null)
    expect(await store().forgetSession(eve)).toBeNull()
    await store().deleteSession(bob, 5)
    const expected = { sessions: 1, messages: 2, summaries: 1, receipts: 0, runs: 1 }
    expect(await store().forgetSession(bob)).toEqual(expected)
    expect(await store().restoreSession(bob)).toBe(false)
    expect(await store().forgetSession(bob)).toBeNull()
  })

  it('forgets everything of a person, what their keys wrote too, and nothing of another', async () => {
    await append(bob, 'm1', 'm2')
    await append({ namespace: 'bob', sessionId: 's2' }, 'm1')
    await append({ namespace: keyNamespace('k'), sessionId: 's1' }, 'm1')
    const key = { id: 'k', owner: 'bob', name: 'n', hint: 'h', createdAt: 1, hash: 'hash' }
    await store().addKey(key, 9)
    await append(eve, 'm1')
    await store().setSettings('bob', { customInstructions: 'secret' })
    expect(await store().forgetEverything('bob')).toEqual({ ...NOTHING, sessions: 3, messages: 4 })
    expect(await store().forgetEverything('bob')).toEqual(NOTHING)
    expect(await store().listSessions(['bob', keyNamespace('k')], { limit: 9 })).toEqual([])
    expect(await store().findKey('hash')).toBeNull()
    expect((await store().getSettings('bob')).customInstructions).toBe('')
    expect(await pathOf(eve)).toEqual(['m1'])
  })

  it('scrubs once after something was removed', async () => {
    expect(await store().scrub()).toBe(false)
    await append(bob, 'm1', 'm2')
    await store().forgetMessage(bob, 'm1')
    expect(await store().scrub()).toBe(true)
    expect(await store().scrub()).toBe(false)
    expect(await pathOf(bob)).toEqual(['m2'])
    expect(await foundIds(store(), { ref: bob }, ['m2'])).toEqual(['m2'])
  })
}
