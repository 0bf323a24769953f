import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SessionView } from '#lib/chat/types.ts'
import { ApiFailure } from './api.ts'
import {
  createFakeChannel,
  createFakePage,
  createFakeServer,
  createFakeStream,
  type FakeStream,
  fakeMessage,
  fakeView,
} from './session-store.fake.ts'
import { createSessionStore } from './session-store.ts'

const q1 = fakeMessage('q1', null)
const a1 = fakeMessage('a1', 'q1')
const q2 = fakeMessage('q2', 'a1')
const a2 = fakeMessage('a2', 'q2', { text: 'one ', status: 'streaming' })
const running = fakeView([q1, a1, q2, a2], { runs: [{ id: 'r2', messageId: 'a2', next: 3 }] })
const settle = (ms = 60) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(view: SessionView, ...streams: FakeStream[]) {
  const server = createFakeServer()
  server.answerStream(...streams.map(({ stream }) => stream))
  server.view = view
  const page = createFakePage()
  const channel = createFakeChannel()
  const store = createSessionStore({ sessionId: 's', view }, { api: server.api, page, channel })
  const disconnect = store.connect()
  const ids = () => store.getState().messages.map(({ id }) => id)
  const last = () => store.getState().messages.at(-1)
  return { server, page, channel, store, disconnect, ids, last }
}

test('a page opened in the middle of a reply follows it from where the view ends', async () => {
  const stream = createFakeStream(3)
  const { server, store, last } = open(running, stream)
  await settle()
  expect(server.resumed).toEqual([{ runId: 'r2', from: 3 }])
  stream.text('two')
  await settle()
  expect(last()?.text).toBe('one two')
  store.stop()
  expect(server.stopped).toEqual(['r2'])
})

test('shows live what another tab sends, and leaves out what concerns other sessions', async () => {
  const { server, channel, last, ids } = open(fakeView([q1, a1]))
  await settle()
  server.view = running
  const stream = createFakeStream(3)
  server.answerStream(stream.stream)
  channel.hear({ type: 'session-changed', sessionId: 'another' })
  await settle()
  expect(ids()).toEqual(['q1', 'a1'])
  channel.hear({ type: 'session-changed', sessionId: 's' })
  await settle()
  stream.text('two')
  await settle()
  expect(last()?.text).toBe('one two')
})

test('a reply that another tab asks for is announced, and so is its end, each time', async () => {
  const { server, channel, store } = open(fakeView([q1, a1]))
  const heard: string[] = []
  store.subscribe(() => {
    const { announcement } = store.getState()
    if (announcement !== heard.at(-1)) heard.push(announcement)
  })
  const [q3, a3] = [fakeMessage('q3', 'a1'), fakeMessage('a3', 'q3', { text: '', status: 'streaming' })]
  const replies = [
    { view: running, next: 3 },
    { view: fakeView([q1, a1, q3, a3], { runs: [{ id: 'r3', messageId: 'a3', next: 1 }] }), next: 1 },
  ]
  for (const { view, next } of replies) {
    const stream = createFakeStream(next)
    server.answerStream(stream.stream)
    server.view = view
    channel.hear({ type: 'session-changed', sessionId: 's' })
    await settle()
    server.endReply('one two')
    stream.finish()
    await settle()
  }
  expect(heard.filter(Boolean)).toEqual([
    'Writing a reply.',
    'Reply finished.',
    'Writing a reply.',
    'Reply finished.',
  ])
})

test('what a program saves meanwhile is loaded when the list tells of it, and nothing is without news', async () => {
  const { server, store, ids } = open(fakeView([q1, a1]))
  await settle()
  const { updatedAt } = fakeView([]).session
  server.view = fakeView([q1, a1, q2])
  store.listed(updatedAt)
  await settle()
  expect(ids()).toEqual(['q1', 'a1'])
  store.listed(updatedAt + 1)
  await settle()
  expect(ids()).toEqual(['q1', 'a1', 'q2'])
})

test('what was done elsewhere waits while something is held, and then is shown', async () => {
  const { server, channel, store, ids } = open(fakeView([q1, a1]))
  await settle()
  const release = store.hold()
  server.view = fakeView([q1])
  channel.hear({ type: 'session-changed', sessionId: 's' })
  await settle()
  expect(ids()).toEqual(['q1', 'a1'])
  release()
  await settle()
  expect(ids()).toEqual(['q1'])
})

test('a session that was deleted is gone, and back after an undo', async () => {
  const { server, page, store } = open(fakeView([q1, a1]))
  await settle()
  server.view = null
  page.comeBack()
  await settle()
  expect(store.getState().gone).toBe(true)
  server.view = fakeView([q1, a1])
  page.comeBack()
  await settle()
  expect(store.getState().gone).toBe(false)
})

test('after leaving, nothing is read any more; coming back follows again', async () => {
  const streams = [createFakeStream(3), createFakeStream(3)]
  const { server, store, disconnect, last } = open(running, ...streams)
  await settle()
  disconnect()
  await settle(10_000)
  expect(server.resumed).toHaveLength(1)
  store.connect()
  await settle()
  expect(server.resumed).toHaveLength(2)
  streams[1]?.text('two')
  await settle()
  expect(last()?.text).toBe('one two')
})

test('an edit stops the reply, cuts the path and shows the new version', async () => {
  const { server, store, ids } = open(running, createFakeStream(3))
  await settle()
  const answer = createFakeStream()
  server.answerPost(async () => answer.stream)
  store.edit('q2', 'better')
  expect(server.stopped).toEqual(['r2'])
  expect(ids().slice(0, 2)).toEqual(['q1', 'a1'])
  expect(store.getState().messages[2]).toMatchObject({ text: 'better', versions: ['q2', expect.any(String)] })
  expect(store.getState().messages).toHaveLength(4)
  await settle(1)
  expect(server.posted[0]).toMatchObject({ kind: 'edit', messageId: 'q2', text: 'better' })
})

test('a reply is written anew only after it has ended on the server', async () => {
  const stream = createFakeStream(3)
  const { server, store, ids } = open(running, stream)
  await settle()
  const answer = createFakeStream()
  server.answerPost(async () => answer.stream)
  store.regenerate('a2')
  await settle()
  expect([server.stopped, server.posted]).toEqual([['r2'], []])
  stream.finish('stopped')
  await settle(1)
  expect(server.posted).toMatchObject([{ kind: 'regenerate', messageId: 'a2' }])
  expect(ids().slice(0, 3)).toEqual(['q1', 'a1', 'q2'])
})

test('a regeneration that is refused leaves the thread as it was and says why', async () => {
  const { server, store, ids } = open(fakeView([q1, a1]))
  server.answerPost(() => Promise.reject(new ApiFailure(429, 'too-many', 'Too many replies.')))
  store.regenerate('a1')
  await settle()
  expect(ids()).toEqual(['q1', 'a1'])
  expect(store.getState().notice).toBe('Too many replies.')
  store.dismissNotice()
  expect(store.getState().notice).toBeNull()
})

test('shows another version, and says when it cannot', async () => {
  const { server, store, ids } = open(fakeView([q1, a1]))
  await settle()
  server.view = fakeView([q1, fakeMessage('b1', 'q1', { versions: ['a1', 'b1'] })])
  store.showVersion('b1')
  await settle()
  expect(ids()).toEqual(['q1', 'b1'])
  server.api.showVersion = () => Promise.reject(new ApiFailure(0, 'offline', 'You seem to be offline.'))
  store.showVersion('a1')
  await settle()
  expect(store.getState().notice).toContain('This version cannot be shown.')
})

test('loads earlier messages above, once', async () => {
  const { server, store, ids } = open(fakeView([q2, fakeMessage('a2', 'q2')], { earlier: 2 }))
  await settle()
  server.view = fakeView([q1, a1])
  const first = store.loadEarlier()
  expect(store.getState()).toMatchObject({ loadingEarlier: true, hasEarlier: true })
  await Promise.all([first, store.loadEarlier()])
  expect(ids()).toEqual(['q1', 'a1', 'q2', 'a2'])
  expect(store.getState()).toMatchObject({ loadingEarlier: false, hasEarlier: false })
})

/** A session of forty messages, the last four of which are open; its server answers pages of four. */
function openFarBelow() {
  const path = Array.from({ length: 40 }, (_, at) => fakeMessage(`q${at}`, at === 0 ? null : `q${at - 1}`))
  const page = (from: number, to: number) =>
    fakeView(path.slice(Math.max(0, from), to), {
      earlier: from > 0 ? from : null,
      later: to < path.length ? to - 1 : null,
    })
  const opened = open(page(36, 40))
  const asked: string[] = []
  opened.server.api.getSession = async (_, { before, after, around } = {}) => {
    if (before !== undefined) asked.push(`above ${before}`)
    if (after !== undefined) asked.push(`below ${after}`)
    if (around !== undefined) asked.push(`around ${around}`)
    const at = path.findIndex(({ id }) => id === around)
    if (at >= 0) return page(at - 2, at + 2)
    if (before !== undefined) return page(before - 4, before)
    return after !== undefined ? page(after + 1, after + 5) : page(36, 40)
  }
  return { ...opened, asked, path }
}

test('a message far above is shown by one request, and pages lead from it in both directions to the end', async () => {
  const { store, ids, asked } = openFarBelow()
  expect(await store.showMessage('q20')).toBe(true)
  expect(asked).toEqual(['around q20'])
  expect(ids()).toEqual(['q18', 'q19', 'q20', 'q21'])
  expect(store.getState()).toMatchObject({ hasEarlier: true, hasLater: true })
  await store.loadEarlier()
  expect(ids()[0]).toBe('q14')
  for (let pages = 0; pages < 4; pages++) await store.loadLater()
  expect(ids().at(-1)).toBe('q39')
  expect(ids()).toHaveLength(26)
  expect(store.getState().hasLater).toBe(false)
  expect(asked.at(-1)).toBe('below 33')
})

test('a message near the end is joined to it', async () => {
  const { store, ids } = openFarBelow()
  await store.showMessage('q35')
  expect(ids()).toEqual(['q33', 'q34', 'q35', 'q36', 'q37', 'q38', 'q39'])
  expect(store.getState()).toMatchObject({ hasLater: false, hasEarlier: true })
})

test('while a part far above is read, the end is followed, and shown again for a message that is sent', async () => {
  const { server, store, ids, last } = openFarBelow()
  await store.showMessage('q5')
  const stream = createFakeStream()
  server.answerPost(async () => stream.stream)
  void store.send('hello')
  await settle()
  expect(ids().slice(0, 4)).toEqual(['q36', 'q37', 'q38', 'q39'])
  expect(last()).toMatchObject({ status: 'streaming' })
  await store.showMessage('q5')
  stream.start('run1')
  stream.text('Hi')
  await settle()
  expect(ids()).toEqual(['q3', 'q4', 'q5', 'q6'])
  expect(store.getState().run).toMatchObject({ id: 'run1' })
  store.showEnd()
  expect(last()?.text).toBe('Hi')
})

test('a message far above is edited where it stands', async () => {
  const { server, store, ids } = openFarBelow()
  await store.showMessage('q5')
  const stream = createFakeStream()
  server.answerPost(async () => stream.stream)
  store.edit('q5', 'otherwise')
  await settle()
  expect(ids().slice(0, 2)).toEqual(['q3', 'q4'])
  expect(ids()).toHaveLength(4)
  expect(store.getState()).toMatchObject({ hasLater: false })
  expect(store.getState().messages[2]).toMatchObject({ text: 'otherwise', parentId: 'q4' })
})

test('a part that does not go on as it did, since another tab chose another version, gives way to the end', async () => {
  const { server, store, ids } = openFarBelow()
  await store.showMessage('q20')
  server.api.getSession = async () => fakeView([fakeMessage('z', 'y')], { later: 99 })
  await store.loadLater()
  expect(ids()).toEqual(['q36', 'q37', 'q38', 'q39'])
})

test('a message that is not there any more is said to be so, and one that cannot be loaded now, too', async () => {
  const { server, store } = openFarBelow()
  expect(await store.showMessage('nobody')).toBe(false)
  expect(store.getState().notice).toBe('This message is not there any more.')
  server.api.getSession = () => Promise.reject(new ApiFailure(0, 'offline', 'You seem to be offline.'))
  expect(await store.showMessage('q5')).toBe(false)
  expect(store.getState().notice).toContain('could not be loaded. You seem to be offline.')
})

test('a message that was forgotten, here or in another tab, leaves the thread at once', async () => {
  const { server, channel, store, ids } = open(fakeView([q1, a1, q2]))
  await settle()
  server.view = fakeView([a1, { ...q2, parentId: 'a1' }])
  store.forgotten('q1')
  expect(ids()).toEqual(['a1', 'q2'])
  expect(store.getState().messages[0]?.parentId).toBeNull()
  expect(channel.posted).toContainEqual({ type: 'session-changed', sessionId: 's', forgotten: 'q1' })
  channel.hear({ type: 'session-changed', sessionId: 's', forgotten: 'q2' })
  expect(ids()).toEqual(['a1'])
})

test('looks again while a summary may be made, so that its divider comes by itself', async () => {
  const { server, store } = open(fakeView([q1, a1], { summarising: true }))
  await settle()
  server.view = fakeView([q1, { ...a1, summaryId: 'S1' }], { summarising: false })
  await settle(1600)
  expect(store.getState().messages[1]?.summaryId).toBe('S1')
})
