import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SessionView } from '#lib/chat/types.ts'
import { ApiFailure } from './api.ts'
import {
  createFakeChannel,
  createFakePage,
  createFakeServer,
  createFakeStream,
  fakeMessage,
  fakeView,
} from './session-store.fake.ts'
import { createSessionStore } from './session-store.ts'

const q1 = fakeMessage('q1', null)
const a1 = fakeMessage('a1', 'q1')
const settle = (ms = 60) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(view: SessionView | null) {
  const server = createFakeServer()
  server.view = view
  const page = createFakePage()
  const channel = createFakeChannel()
  const onCreated = vi.fn()
  const store = createSessionStore(
    { sessionId: 's', view },
    { api: server.api, page, channel, onCreated, now: () => 5 },
  )
  const disconnect = store.connect()
  const texts = () => store.getState().messages.map(({ text }) => text)
  const last = () => store.getState().messages.at(-1)
  return { server, page, channel, onCreated, store, disconnect, texts, last }
}

/** An open session in which a message was sent and the run has begun. */
async function openSending(view: SessionView | null = fakeView([q1, a1])) {
  const opened = open(view)
  const stream = createFakeStream()
  opened.server.answerPost(async () => stream.stream)
  void opened.store.send('hello')
  await settle()
  stream.start('run1')
  await settle()
  return { ...opened, stream }
}

describe('sending', () => {
  test('shows the message at once, then the reply as it comes', async () => {
    const { server, store, texts, last } = open(fakeView([q1, a1]))
    const stream = createFakeStream()
    server.answerPost(async () => stream.stream)
    const sent = store.send('hello')
    expect(texts()).toEqual(['text q1', 'text a1', 'hello', ''])
    expect(store.getState().messages[2]?.send).toEqual({ state: 'sending' })
    await sent
    expect(store.getState().messages[2]?.send).toBeNull()
    expect(server.posted[0]).toMatchObject({ kind: 'send', isNew: false, after: 'a1', text: 'hello' })
    stream.start('run1')
    stream.text('Hi ')
    stream.text('there')
    await settle()
    expect(last()).toMatchObject({ text: 'Hi there', status: 'streaming' })
    expect(store.getState().run).toMatchObject({ id: 'run1' })
    server.endReply('Hi there')
    stream.finish()
    await settle()
    expect(last()).toMatchObject({ text: 'Hi there', status: 'complete' })
    expect(store.getState()).toMatchObject({ run: null, announcement: 'Reply finished.' })
  })

  test('the first message makes the session and tells of it once', async () => {
    const { server, onCreated, channel } = await openSending(null)
    expect(server.posted[0]).toMatchObject({ isNew: true, after: null })
    expect(onCreated).toHaveBeenCalledExactlyOnceWith('s')
    expect(channel.posted).toContainEqual({ type: 'session-changed', sessionId: 's' })
  })

  test('ignores blank text', async () => {
    const { server, store } = open(null)
    await store.send(' \n ')
    expect([server.posted.length, store.getState().isEmpty]).toEqual([0, true])
  })

  test('a failed send keeps the message and says why; a retry sends the same body', async () => {
    const { server, store, texts, last } = open(null)
    const stream = createFakeStream()
    server.answerPost(
      () => Promise.reject(new ApiFailure(429, 'too-many', 'Too many messages. Wait a moment.')),
      async () => stream.stream,
    )
    await store.send('hello')
    expect(texts()).toEqual(['hello'])
    expect(last()?.send).toEqual({ state: 'failed', error: 'Too many messages. Wait a moment.' })
    expect(store.getState().run).toBeNull()
    store.retry(last()?.id ?? '')
    expect(texts()).toEqual(['hello', ''])
    await settle()
    expect(server.posted[1]).toEqual(server.posted[0])
    expect(store.getState().messages[0]?.send).toBeNull()
  })

  test('a failed message can be taken back', async () => {
    const { server, store, last } = open(null)
    server.answerPost(() => Promise.reject(new ApiFailure(0, 'offline', 'Offline.')))
    await store.send('hello')
    expect(store.discard(last()?.id ?? '')).toBe('hello')
    expect(store.getState().isEmpty).toBe(true)
  })

  test('a post that is never answered fails in the end', async () => {
    const { server, store, last } = open(null)
    server.api.postChat = (_, signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    void store.send('hello')
    await settle(31_000)
    expect(last()?.send?.state).toBe('failed')
  })
})

describe('the stream', () => {
  test('goes on from where it broke, nothing twice', async () => {
    const { server, store, stream, last } = await openSending()
    stream.text('one ')
    await settle()
    const second = createFakeStream(2)
    server.answerStream(second.stream)
    stream.break()
    await settle(10)
    expect(store.getState().reconnecting).toBe(true)
    expect(last()?.text).toBe('one ')
    await settle(600)
    expect(server.resumed).toEqual([{ runId: 'run1', from: 2 }])
    second.text('two')
    server.endReply('one two')
    second.finish()
    await settle()
    expect(last()).toMatchObject({ text: 'one two', status: 'complete' })
    expect(store.getState().reconnecting).toBe(false)
  })

  test('loads the session when the run is gone', async () => {
    const { server, stream, last } = await openSending()
    stream.text('one ')
    server.endReply('one two', 'interrupted')
    stream.break()
    await settle(2_000)
    expect(last()).toMatchObject({ text: 'one two', status: 'interrupted' })
  })

  test('a message that has not changed stays the same object', async () => {
    const { store, stream } = await openSending()
    const before = store.getState().messages
    stream.text('more')
    await settle()
    expect(store.getState().messages[0]).toBe(before[0])
    expect(store.getState().messages[2]).toBe(before[2])
    expect(store.getState().messages[3]).not.toBe(before[3])
  })
})

describe('stopping', () => {
  test('freezes the text at once and tells the server', async () => {
    const { server, store, stream, last } = await openSending()
    stream.text('so far')
    await settle()
    store.stop()
    expect(last()).toMatchObject({ text: 'so far', status: 'stopped' })
    expect(store.getState()).toMatchObject({ run: null, announcement: 'Reply stopped.' })
    stream.text(' and further')
    await settle()
    expect(last()?.text).toBe('so far')
    expect(server.stopped).toEqual(['run1'])
  })

  test('before the server has answered, it stops as soon as the run is known', async () => {
    const { server, store, last } = open(fakeView([q1, a1]))
    const answer = Promise.withResolvers<ReturnType<typeof createFakeStream>['stream']>()
    server.answerPost(() => answer.promise)
    void store.send('hello')
    await settle()
    store.stop()
    expect([last()?.status, server.stopped.length]).toEqual(['stopped', 0])
    const stream = createFakeStream()
    answer.resolve(stream.stream)
    stream.start('run1')
    await settle()
    expect(server.stopped).toEqual(['run1'])
  })

  test('a stop that fails says so, and the reply goes on', async () => {
    const { server, store, stream, last } = await openSending()
    server.api.stopRun = () => Promise.reject(new ApiFailure(0, 'offline', 'You seem to be offline.'))
    store.stop()
    stream.text('on and on')
    await settle()
    expect(last()).toMatchObject({ status: 'streaming', text: 'on and on' })
    expect(store.getState().notice).toContain('You seem to be offline.')
  })
})
