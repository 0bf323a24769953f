import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiFailure } from './api.ts'
import { createFakeStream, fakeMessage, fakeView, openSession } from './session-store.fake.ts'

const q1 = fakeMessage('q1', null)
const a1 = fakeMessage('a1', 'q1')
const q2 = fakeMessage('q2', 'a1')
const a2 = fakeMessage('a2', 'q2', { text: 'one ', status: 'streaming' })
const running = fakeView([q1, a1, q2, a2], { runs: [{ id: 'r2', messageId: 'a2', next: 3 }] })
const settle = (ms = 60) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a page opened in the middle of a reply follows it from where the view ends', async () => {
  const stream = createFakeStream(3)
  const { server, store, last } = openSession(running, stream)
  await settle()
  expect(server.resumed).toEqual([{ runId: 'r2', from: 3 }])
  stream.text('two')
  await settle()
  expect(last()?.text).toBe('one two')
  store.stop()
  expect(server.stopped).toEqual(['r2'])
})

test('shows live what another tab sends, and leaves out what concerns other sessions', async () => {
  const { server, channel, last, ids } = openSession(fakeView([q1, a1]))
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
  const { server, channel, store } = openSession(fakeView([q1, a1]))
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
  const { server, store, ids } = openSession(fakeView([q1, a1]))
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
  const { server, channel, store, ids } = openSession(fakeView([q1, a1]))
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
  const { server, page, store } = openSession(fakeView([q1, a1]))
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
  const { server, store, disconnect, last } = openSession(running, ...streams)
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
  const { server, store, ids } = openSession(running, createFakeStream(3))
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
  const { server, store, ids } = openSession(running, stream)
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
  const { server, store, ids } = openSession(fakeView([q1, a1]))
  server.answerPost(() => Promise.reject(new ApiFailure(429, 'too-many', 'Too many replies.')))
  store.regenerate('a1')
  await settle()
  expect(ids()).toEqual(['q1', 'a1'])
  expect(store.getState().notice).toBe('Too many replies.')
  store.dismissNotice()
  expect(store.getState().notice).toBeNull()
})

test('shows another version, and says when it cannot', async () => {
  const { server, store, ids } = openSession(fakeView([q1, a1]))
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

test('a message that was forgotten, here or in another tab, leaves the thread at once', async () => {
  const { server, channel, store, ids } = openSession(fakeView([q1, a1, q2]))
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
  const { server, store } = openSession(fakeView([q1, a1], { summarising: true }))
  await settle()
  server.view = fakeView([q1, { ...a1, summaryId: 'S1' }], { summarising: false })
  await settle(1600)
  expect(store.getState().messages[1]?.summaryId).toBe('S1')
})
