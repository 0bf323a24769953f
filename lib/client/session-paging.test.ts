import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SessionView } from '#lib/chat/types.ts'
import { ApiFailure } from './api.ts'
import { createFakeStream, fakeMessage, fakeView, openSession } from './session-store.fake.ts'

const above = fakeView([fakeMessage('q1', null), fakeMessage('a1', 'q1')])
const end = fakeView([fakeMessage('q2', 'a1'), fakeMessage('a2', 'q2')], { earlier: 2 })
const broken = () => Promise.reject(new ApiFailure(500, 'internal', 'The server has a problem.'))

const settle = (ms = 60) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const { server, store } = openSession(end)
  return { api: server.api, store, notice: () => store.getState().notice }
}

test('that earlier messages could not be loaded is said until they are asked for again, and then anew', async () => {
  const { api, store, notice } = open()
  api.getSession = broken
  await store.loadEarlier()
  expect(notice()).toBe('The earlier messages could not be loaded. The server has a problem.')
  const again = store.loadEarlier()
  expect(notice()).toBeNull()
  await again
  expect(notice()).toContain('could not be loaded')
  api.getSession = async () => above
  await store.loadEarlier()
  expect(store.getState()).toMatchObject({ notice: null, hasEarlier: false, loadingEarlier: false })
})

test('loading earlier messages takes away nothing else that was said, and brings nothing back that was dismissed', async () => {
  const { api, store, notice } = open()
  api.showVersion = broken
  const page = Promise.withResolvers<SessionView>()
  api.getSession = () => page.promise
  store.showVersion('a2')
  await settle()
  expect(notice()).toContain('This version cannot be shown.')
  const loaded = store.loadEarlier()
  expect(notice()).toContain('This version cannot be shown.')
  store.dismissNotice()
  page.resolve(above)
  await loaded
  expect(notice()).toBeNull()
})

test('loads earlier messages above, once', async () => {
  const { server, store, ids } = openSession(end)
  await settle()
  server.view = above
  const first = store.loadEarlier()
  expect(store.getState()).toMatchObject({ loadingEarlier: true, hasEarlier: true })
  await Promise.all([first, store.loadEarlier()])
  expect(ids()).toEqual(['q1', 'a1', 'q2', 'a2'])
  expect(store.getState()).toMatchObject({ loadingEarlier: false, hasEarlier: false })
})

test('what came to be shown while earlier messages were on their way is loaded further, too', async () => {
  const { server, store, ids } = openSession(end)
  await settle()
  const page = Promise.withResolvers<SessionView>()
  server.api.getSession = () => page.promise
  const loaded = store.loadEarlier()
  const other = fakeView([fakeMessage('q3', 'x'), fakeMessage('a3', 'q3')], { earlier: 2 })
  server.api.showVersion = async () => other
  store.showVersion('q3')
  await settle()
  await store.loadEarlier()
  server.api.getSession = async () => fakeView([fakeMessage('x', null)])
  page.resolve(above)
  await loaded
  expect(ids()).toEqual(['x', 'q3', 'a3'])
})

/** A session of forty messages, the last four of which are open; its server answers pages of four. */
function openFarBelow() {
  const path = Array.from({ length: 40 }, (_, at) => fakeMessage(`q${at}`, at === 0 ? null : `q${at - 1}`))
  const page = (from: number, to: number) =>
    fakeView(path.slice(Math.max(0, from), to), {
      earlier: from > 0 ? from : null,
      later: to < path.length ? to - 1 : null,
    })
  const opened = openSession(page(36, 40))
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
