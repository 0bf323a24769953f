import { describe, expect, it } from 'vitest'
import type { SessionItem, SessionPage } from '#lib/chat/types.ts'
import { ApiFailure } from './api.ts'
import { createSessionsStore } from './sessions-store.ts'

const item = (id: string, updatedAt: number): SessionItem => ({
  id,
  title: `title ${id}`,
  pinned: false,
  temporary: false,
  createdAt: 0,
  updatedAt,
  running: false,
})
const refused = () => Promise.reject(new ApiFailure(500, 'internal', 'The server has a problem.'))

function setUp(pages: Record<string, SessionPage>) {
  const calls = {
    listSessions: async (cursor: string | null = null) => pages[cursor ?? ''] ?? { sessions: [], next: null },
    renameSession: async (id: string, title: string) => ({ ...item(id, 1), title }),
    pinSession: async (id: string, pinned: boolean) => ({ ...item(id, 1), pinned }),
    deleteSession: async () => ({ undoUntil: 9 }),
    restoreSession: async () => undefined,
  }
  const posted: string[] = []
  const store = createSessionsStore({
    api: calls as never,
    channel: { post: ({ type }) => void posted.push(type), subscribe: () => () => {} },
    page: { isVisible: () => true, onReturn: () => () => {} },
  })
  store.init(pages[''] ?? { sessions: [], next: null })
  return { store, calls, posted, ids: () => store.getState().sessions.map(({ id }) => id) }
}

describe('the list of sessions', () => {
  it('loads older pages once each, to the end', async () => {
    const { store, ids } = setUp({
      '': { sessions: [item('d', 4), item('c', 3)], next: 'p2' },
      p2: { sessions: [item('c', 3), item('b', 2), item('a', 1)], next: null },
    })
    await store.loadMore()
    expect(ids()).toEqual(['d', 'c', 'b', 'a'])
    expect(store.getState().next).toBeNull()
    await store.refresh()
    expect(ids()).toEqual(['d', 'c', 'b', 'a'])
  })

  it('has an old chat back in its place after an undo', async () => {
    const { store, ids } = setUp({
      '': { sessions: [item('d', 4), item('c', 3)], next: 'p2' },
      p2: { sessions: [item('b', 2), item('a', 1)], next: null },
    })
    await store.loadMore()
    await store.remove('a')
    expect(ids()).toEqual(['d', 'c', 'b'])
    await store.restore('a')
    expect(ids()).toEqual(['d', 'c', 'b', 'a'])
  })

  it('has a chat back that another page was first to bring back', async () => {
    const { store, calls, ids } = setUp({ '': { sessions: [item('b', 2), item('a', 1)], next: null } })
    await store.remove('a')
    calls.restoreSession = () => Promise.reject(new ApiFailure(404, 'not-found', 'Too late.'))
    expect(await store.restore('a')).toBeNull()
    expect(ids()).toEqual(['b', 'a'])
  })

  it('says that it is too late for a chat that is not there any more', async () => {
    const pages: Record<string, SessionPage> = { '': { sessions: [item('b', 2), item('a', 1)], next: null } }
    const { store, calls, ids } = setUp(pages)
    await store.remove('a')
    pages[''] = { sessions: [item('b', 2)], next: null }
    calls.restoreSession = () => Promise.reject(new ApiFailure(404, 'not-found', 'Too late.'))
    expect(await store.restore('a')).toBe('Too late.')
    expect(ids()).toEqual(['b'])
  })

  it('keeps what was loaded while all of it is loaded anew', async () => {
    const { store, ids } = setUp({
      '': { sessions: [item('d', 4), item('c', 3)], next: 'p2' },
      p2: { sessions: [item('b', 2), item('a', 1)], next: null },
    })
    await Promise.all([store.reload(), store.loadMore(), store.reload()])
    expect(ids()).toEqual(['d', 'c', 'b', 'a'])
  })

  it('leads to those that were imported among the old ones', async () => {
    const pages: Record<string, SessionPage> = { '': { sessions: [item('d', 4), item('a', 1)], next: null } }
    const { store, ids } = setUp(pages)
    pages[''] = { sessions: [item('d', 4), item('c', 3)], next: 'p2' }
    pages.p2 = { sessions: [item('b', 2), item('a', 1)], next: null }
    await store.reload()
    expect(ids()).toEqual(['d', 'c'])
    await store.loadMore()
    expect(ids()).toEqual(['d', 'c', 'b', 'a'])
  })

  it('begins anew when a program has made more chats than a page meanwhile', async () => {
    const pages: Record<string, SessionPage> = { '': { sessions: [item('b', 2), item('a', 1)], next: null } }
    const { store, ids } = setUp(pages)
    pages[''] = { sessions: [item('e', 5), item('d', 4)], next: 'p2' }
    pages.p2 = { sessions: [item('c', 3), item('b', 2)], next: 'p3' }
    await store.refresh()
    expect([ids(), store.getState().next]).toEqual([['e', 'd'], 'p2'])
  })

  it('says that older ones could not be loaded, whatever else is loaded, until they are asked for again', async () => {
    const { store, calls, ids } = setUp({
      '': { sessions: [item('b', 2)], next: 'p2' },
      p2: { sessions: [item('a', 1)], next: null },
    })
    const { listSessions } = calls
    calls.listSessions = refused
    await store.loadMore()
    const failure = 'Older chats could not be loaded. The server has a problem.'
    expect(store.getState()).toMatchObject({ moreProblem: failure, problem: null, loadingMore: false })
    calls.listSessions = listSessions
    await store.refresh()
    expect(store.getState()).toMatchObject({ moreProblem: failure, next: 'p2' })
    const loaded = store.loadMore()
    expect(store.getState()).toMatchObject({ moreProblem: null, loadingMore: true })
    await loaded
    expect(ids()).toEqual(['b', 'a'])
    expect(store.getState()).toMatchObject({ moreProblem: null, next: null })
  })

  it('drops what another tab has deleted, and moves up what has become newer', async () => {
    const pages = { '': { sessions: [item('c', 3), item('b', 2), item('a', 1)], next: null } }
    const { store, ids } = setUp(pages)
    pages[''] = { sessions: [item('a', 4), item('c', 3)], next: null }
    await store.refresh()
    expect(ids()).toEqual(['a', 'c'])
  })

  it('tells who watches a session of its last activity, whenever it was loaded again', async () => {
    const pages = { '': { sessions: [item('b', 2), item('a', 1)], next: null } }
    const { store } = setUp(pages)
    const seen: number[] = []
    const leave = store.watch('a', (updatedAt) => seen.push(updatedAt))
    pages[''] = { sessions: [item('a', 4), item('b', 2)], next: null }
    await store.refresh()
    expect(seen.at(-1)).toBe(4)
    pages[''] = { sessions: [item('b', 5)], next: null }
    await store.refresh()
    expect(seen.at(-1)).toBe(4)
    leave()
    pages[''] = { sessions: [item('a', 6)], next: null }
    await store.refresh()
    expect(seen).not.toContain(6)
  })

  it('takes a rename back when the server refuses it', async () => {
    const { store, calls } = setUp({ '': { sessions: [item('a', 1)], next: null } })
    expect(await store.rename('a', 'new')).toBeNull()
    expect(store.getState().sessions[0]?.title).toBe('new')
    calls.renameSession = refused as never
    expect(await store.rename('a', 'newer')).toBe('The server has a problem.')
    expect(store.getState().sessions[0]?.title).toBe('new')
  })

  it('hides a deleted session at once, also from a list that was asked for before, until it is brought back', async () => {
    const all = { sessions: [item('b', 2), item('a', 1)], next: null }
    const { store, calls, ids, posted } = setUp({ '': all })
    const { listSessions } = calls
    const before = Promise.withResolvers<SessionPage>()
    calls.listSessions = () => before.promise
    const refreshed = store.refresh()
    await Promise.resolve()
    const removing = store.remove('a')
    expect(ids()).toEqual(['b'])
    await removing
    before.resolve(all)
    await refreshed
    expect(ids()).toEqual(['b'])
    calls.listSessions = listSessions
    expect(await store.restore('a')).toBeNull()
    expect(ids()).toEqual(['b', 'a'])
    expect(posted).toContain('sessions-changed')
  })

  it('shows a session again that could not be deleted', async () => {
    const { store, calls, ids } = setUp({ '': { sessions: [item('a', 1)], next: null } })
    calls.deleteSession = refused as never
    expect(await store.remove('a')).toBe('The server has a problem.')
    expect(ids()).toEqual(['a'])
  })
})
