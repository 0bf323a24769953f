import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiFailure } from './api.ts'
import { NEW_CHAT, readDraft, writeDraft } from './drafts.ts'
import {
  createFakeChannel,
  createFakePage,
  createFakeServer,
  createFakeStream,
  fakeMessage,
  fakeView,
} from './session-store.fake.ts'
import { createSessionStore } from './session-store.ts'
import { takeAllOf, takeUnsent } from './unsent.ts'

const settle = (ms = 60) => vi.advanceTimersByTimeAsync(ms)
const offline = () => Promise.reject(new ApiFailure(0, 'offline', 'Offline.'))
const written = fakeView([fakeMessage('q1', null), fakeMessage('a1', 'q1')])

beforeEach(() => {
  vi.useFakeTimers()
  const items = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A page of the session `s`; each call is one more, as after a reload. */
function open({
  server = createFakeServer(),
  view = written as typeof written | null,
  temporary = false,
} = {}) {
  server.view = view
  const store = createSessionStore(
    { sessionId: 's', view, temporary },
    { api: server.api, page: createFakePage(), channel: createFakeChannel(), now: () => 5 },
  )
  const leave = store.connect()
  return { server, store, leave, texts: () => store.getState().messages.map(({ text }) => text) }
}

async function openFailed(text: string, given: Parameters<typeof open>[0] = {}) {
  const opened = open(given)
  opened.server.answerPost(offline)
  await opened.store.send(text)
  return opened
}

describe('what was not sent', () => {
  test('is there again after a reload, and a retry is the same turn', async () => {
    const first = await openFailed('a long thought')
    first.leave()
    const { server, store, texts } = open()
    expect(texts()).toEqual(['text q1', 'text a1', 'a long thought'])
    const [restored] = store.getState().messages.slice(-1)
    expect(restored?.send).toEqual({ state: 'failed', error: 'This message may not have been sent.' })
    server.answerPost(async () => createFakeStream().stream)
    store.retry(restored?.id ?? '')
    await settle()
    expect(server.posted).toEqual(first.server.posted)
    expect(open({ view: null }).texts()).toEqual([])
  })

  test('is kept while it is on its way', () => {
    const { server, store, leave } = open()
    server.answerPost(() => new Promise(() => {}))
    void store.send('slow line')
    leave()
    expect(open().texts()).toContain('slow line')
  })

  test('goes when the server turns out to have it', async () => {
    const { server, leave } = await openFailed('it had arrived')
    leave()
    const id = server.posted[0]?.kind === 'send' ? server.posted[0].id : ''
    const view = fakeView([
      ...written.messages,
      fakeMessage(id, 'a1', { role: 'user', text: 'it had arrived' }),
    ])
    open({ view }).leave()
    expect(open().texts()).toEqual(['text q1', 'text a1'])
  })

  test('goes when it is taken back', async () => {
    const { store } = await openFailed('never mind')
    expect(store.discard(store.getState().messages.at(-1)?.id ?? '')).toBe('never mind')
    expect(open().texts()).toEqual(['text q1', 'text a1'])
  })

  test('an edit, too, is there again, at the end', async () => {
    const { server, store } = open()
    server.answerPost(offline)
    store.edit('q1', 'better words')
    await settle()
    expect(open().texts()).toEqual(['text q1', 'text a1', 'better words'])
  })

  test('of a temporary chat is kept nowhere', async () => {
    await openFailed('a secret', { view: null, temporary: true })
    expect(open({ view: null }).texts()).toEqual([])
    expect(takeUnsent('')).toBe('')
  })

  test('goes with the chat, as its draft does, until that is put back', async () => {
    await openFailed('unsent')
    writeDraft('s', 'half a thought')
    const putBack = takeAllOf('s')
    expect([readDraft('s'), ...open().texts()]).toEqual(['', 'text q1', 'text a1'])
    putBack()
    expect([readDraft('s'), open().texts().at(-1)]).toEqual(['half a thought', 'unsent'])
  })

  test('what is not understood is ignored', () => {
    localStorage.setItem('motorhead-chat:unsent:s', '[{"kind":"send"},7,null]')
    expect(open().texts()).toEqual(['text q1', 'text a1'])
    localStorage.setItem('motorhead-chat:unsent:s', '{"half')
    expect(open().texts()).toEqual(['text q1', 'text a1'])
  })
})

describe('a first message that was not sent', () => {
  test('is before the draft of the next new chat, once', async () => {
    await openFailed('the only copy', { view: null })
    expect(takeUnsent('newer')).toBe('the only copy\n\nnewer')
    expect(readDraft(NEW_CHAT)).toBe('the only copy\n\nnewer')
    expect(takeUnsent('')).toBe('')
  })

  test('is not offered again while this tab sends it, nor after the server has it', async () => {
    const { server, store } = open({ view: null })
    const answer = Promise.withResolvers<ReturnType<typeof createFakeStream>['stream']>()
    server.answerPost(() => answer.promise)
    void store.send('hello')
    expect(takeUnsent('')).toBe('')
    answer.resolve(createFakeStream().stream)
    await settle()
    expect(takeUnsent('')).toBe('')
  })

  test('belongs to the session that a second one has made', async () => {
    const { server, store, leave } = await openFailed('the first', { view: null })
    server.answerPost(async () => createFakeStream().stream)
    await store.send('the second')
    expect(takeUnsent('')).toBe('')
    leave()
    const { server: next, store: again, texts } = open()
    expect(texts()).toEqual(['text q1', 'text a1', 'the first'])
    next.answerPost(async () => createFakeStream().stream)
    again.retry(again.getState().messages.at(-1)?.id ?? '')
    await settle()
    expect(next.posted[0]).toMatchObject({ isNew: false, text: 'the first' })
  })

  test('stays where it is while the storage has no room for it in the draft', async () => {
    await openFailed('the only copy', { view: null })
    const { setItem } = localStorage
    localStorage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    expect(takeUnsent('')).toBe('the only copy')
    localStorage.setItem = setItem
    expect(takeUnsent('')).toBe('the only copy')
  })
})

describe('what failed to send', () => {
  test('is there also when what stood above it was written anew while it was on its way', async () => {
    const { server, store, texts } = open()
    const answer = Promise.withResolvers<never>()
    server.answerPost(
      () => answer.promise,
      async () => createFakeStream().stream,
    )
    void store.send('on a slow line')
    store.regenerate('a1')
    await settle()
    answer.reject(new ApiFailure(429, 'too-many', 'Too many messages.'))
    await settle()
    expect(texts().at(-1)).toBe('on a slow line')
    expect(store.getState().messages.at(-1)?.send).toEqual({ state: 'failed', error: 'Too many messages.' })
  })

  test('stays at the end when a reply above it is written anew', async () => {
    const { server, store, texts } = await openFailed('unsent')
    server.answerPost(async () => createFakeStream().stream)
    store.regenerate('a1')
    await settle()
    expect(texts()).toEqual(['text q1', '', 'unsent'])
  })

  test('stays at the end when a message above it is edited', async () => {
    const { server, store, texts } = await openFailed('unsent')
    server.answerPost(async () => createFakeStream().stream)
    store.edit('q1', 'better words')
    await settle()
    expect(texts()).toEqual(['better words', '', 'unsent'])
  })
})
