import { expect, test } from 'vitest'
import type { SessionView } from '#lib/chat/types.ts'
import { ApiFailure } from './api.ts'
import {
  createFakeChannel,
  createFakePage,
  createFakeServer,
  fakeMessage,
  fakeView,
} from './session-store.fake.ts'
import { createSessionStore } from './session-store.ts'

const above = fakeView([fakeMessage('q1', null), fakeMessage('a1', 'q1')])
const end = fakeView([fakeMessage('q2', 'a1'), fakeMessage('a2', 'q2')], { earlier: 2 })
const broken = () => Promise.reject(new ApiFailure(500, 'internal', 'The server has a problem.'))

function open() {
  const { api } = createFakeServer()
  const deps = { api, channel: createFakeChannel(), page: createFakePage() }
  const store = createSessionStore({ sessionId: 's', view: end }, deps)
  return { api, store, notice: () => store.getState().notice }
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
  await expect.poll(notice).toContain('This version cannot be shown.')
  const loaded = store.loadEarlier()
  expect(notice()).toContain('This version cannot be shown.')
  store.dismissNotice()
  page.resolve(above)
  await loaded
  expect(notice()).toBeNull()
})
