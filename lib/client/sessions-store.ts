'use client'

import { useSyncExternalStore } from 'react'
import type { SessionItem, SessionPage } from '#lib/chat/types.ts'
import * as api from './api.ts'
import { isAbsent } from './api.ts'
import { createListeners } from './listeners.ts'
import { browserPage, type PageSignals } from './page-signals.ts'
import { sentenceOf } from './sentences.ts'
import { type TabChannel, tabChannel } from './tab-channel.ts'
import { takeAllOf } from './unsent.ts'

export type SessionsState = {
  /** Newest activity first. */
  sessions: readonly SessionItem[]
  /** Leads to older ones; `null` when these are all. */
  next: string | null
  loadingMore: boolean
  /** A sentence: there is nothing to show, since the list could not be loaded. */
  problem: string | null
  /** A sentence: older ones could not be loaded. */
  moreProblem: string | null
  /** The one that is shown, which may be older than those in the list. */
  opened: SessionItem | null
}

/** What the list needs of the server: `api.ts`. */
type SessionsApi = Pick<
  typeof api,
  'listSessions' | 'renameSession' | 'pinSession' | 'deleteSession' | 'restoreSession'
>

const EMPTY: SessionsState = {
  sessions: [],
  next: null,
  loadingMore: false,
  problem: null,
  moreProblem: null,
  opened: null,
}

/** A program that writes with the person's key tells no tab of it. */
const LOOK_AGAIN_MS = 5000

/** The sessions of the sidebar, framework-free. Changes are shown at once and taken back when the server refuses. */
export function createSessionsStore(deps: { api: SessionsApi; channel: TabChannel; page: PageSignals }) {
  const { api, channel, page } = deps
  const listeners = createListeners()
  let state = EMPTY
  /** How many lists were asked for. */
  let asked = 0
  /** Deleted here, so that a list that was asked for before, by its number, does not bring them back. */
  const hidden = new Map<string, number>()
  /** Deleted here: puts back what they left on this device. */
  const putBack = new Map<string, () => void>()
  let queue: Promise<void> = Promise.resolve()
  let reloads = false

  /** Two that load the list at once would each take away what the other has loaded. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work)
    return queue
  }

  async function list(cursor: string | null): Promise<SessionPage> {
    const number = ++asked
    const page = await api.listSessions(cursor)
    for (const [id, before] of hidden) if (before < number) hidden.delete(id)
    return page
  }

  function set(change: Partial<SessionsState>): void {
    state = { ...state, ...change }
    listeners.tell()
  }

  function show(sessions: readonly SessionItem[]): void {
    const newestFirst = [...sessions].sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))
    set({ sessions: newestFirst.filter(({ id }) => !hidden.has(id)) })
  }

  function init(first: SessionPage): void {
    set({ ...EMPTY, opened: state.opened, next: first.next })
    show(first.sessions)
  }

  /** The newest page again; what was loaded below it stays. */
  const refresh = () => inTurn(loadNewest)

  async function loadNewest(): Promise<void> {
    try {
      const first = await list(null)
      const oldest = first.sessions.at(-1)
      const known = new Set(state.sessions.map(({ id }) => id))
      // With none that is known, there may be others between these and the old ones.
      const meets = first.sessions.some(({ id, pinned }) => !pinned && known.has(id))
      const below = state.sessions.filter(({ id, updatedAt }) => {
        const listed = first.sessions.some((session) => session.id === id)
        return (
          meets && !listed && first.next !== null && oldest !== undefined && updatedAt <= oldest.updatedAt
        )
      })
      // The first page has all that are pinned.
      const unpinned = below.map((session) => (session.pinned ? { ...session, pinned: false } : session))
      set({ problem: null, ...(below.length === 0 && { next: first.next }) })
      show([...first.sessions, ...unpinned])
    } catch (error) {
      // What is shown is still true; only an empty list needs a word about it.
      if (state.sessions.length === 0) set({ problem: sentenceOf(error) })
    }
  }

  /** As much as is listed, and `more`, anew: others than the newest were changed, too, or are new. */
  async function reload(more = 0): Promise<void> {
    if (reloads && more === 0) return queue
    reloads = true
    return inTurn(() => loadAll(more))
  }

  async function loadAll(more: number): Promise<void> {
    reloads = false
    const wanted = state.sessions.length + more
    const found = new Map<string, SessionItem>()
    try {
      let next: string | null = null
      do {
        const page = await list(next)
        for (const session of page.sessions) found.set(session.id, session)
        next = page.next
      } while (next !== null && found.size < wanted)
      set({ problem: null, next })
      show([...found.values()])
    } catch (error) {
      if (state.sessions.length === 0) set({ problem: sentenceOf(error) })
    }
  }

  async function loadMore(): Promise<void> {
    if (state.next === null || state.loadingMore) return
    // What was said of the last try is over; should this one fail, too, it is said anew.
    set({ loadingMore: true, moreProblem: null })
    return inTurn(loadOlder)
  }

  async function loadOlder(): Promise<void> {
    try {
      const more = await list(state.next)
      const known = new Set(state.sessions.map(({ id }) => id))
      show([...state.sessions, ...more.sessions.filter(({ id }) => !known.has(id))])
      set({ next: more.next })
    } catch (error) {
      set({ moreProblem: `Older chats could not be loaded. ${sentenceOf(error)}` })
    } finally {
      set({ loadingMore: false })
    }
  }

  /** Another page or program was first with the undo, or the answer of one before was lost. */
  async function isBack(id: string): Promise<boolean> {
    await reload(1)
    return state.sessions.some((each) => each.id === id)
  }

  function replace(session: SessionItem): void {
    show(state.sessions.map((each) => (each.id === session.id ? session : each)))
  }

  /** Shown at once, then as the server has it. */
  async function change(
    id: string,
    wanted: Partial<SessionItem>,
    save: () => Promise<Partial<SessionItem>>,
  ): Promise<string | null> {
    const session = state.sessions.find((each) => each.id === id)
    if (!session) return null
    replace({ ...session, ...wanted })
    try {
      replace({ ...session, ...(await save()) })
      channel.post({ type: 'sessions-changed' })
      return null
    } catch (error) {
      replace(session)
      return sentenceOf(error)
    }
  }

  return {
    getState: () => state,
    subscribe: listeners.subscribe,
    init,
    refresh,
    reload,
    loadMore,
    setOpened: (opened: SessionItem | null) => set({ opened }),

    /** Resolves to a sentence when the server refused; the old title is back then. */
    rename: (id: string, title: string) =>
      change(id, { title }, async () => ({ title: (await api.renameSession(id, title)).title })),

    /** Resolves to a sentence when the server refused; it is where it was then. */
    pin: (id: string, pinned: boolean) =>
      change(id, { pinned }, async () => ({ pinned: (await api.pinSession(id, pinned)).pinned })),

    /** Resolves to a sentence when the server refused; it is where it was then. */
    async remove(id: string): Promise<string | null> {
      const session = state.sessions.find((each) => each.id === id)
      hidden.set(id, Number.POSITIVE_INFINITY)
      show(state.sessions)
      try {
        await api.deleteSession(id)
        hidden.set(id, asked)
        putBack.set(id, takeAllOf(id))
        channel.post({ type: 'session-changed', sessionId: id })
        channel.post({ type: 'sessions-changed' })
        return null
      } catch (error) {
        hidden.delete(id)
        show(session ? [...state.sessions, session] : state.sessions)
        return sentenceOf(error)
      }
    },

    /** Resolves to a sentence when it is too late. */
    async restore(id: string): Promise<string | null> {
      try {
        await api.restoreSession(id)
      } catch (error) {
        if (!isAbsent(error) || !(await isBack(id))) return sentenceOf(error)
      }
      hidden.delete(id)
      putBack.get(id)?.()
      putBack.delete(id)
      await reload(1)
      channel.post({ type: 'sessions-changed' })
      return null
    },

    /** Something was added that this page's list shows already. */
    tellOthers: () => channel.post({ type: 'sessions-changed' }),

    /** Calls with the last activity of a session whenever the list changes; answers the way to end it. */
    watch(id: string, listener: (updatedAt: number) => void): () => void {
      const look = () => {
        const listed = state.sessions.find((each) => each.id === id)
        if (listed) listener(listed.updatedAt)
      }
      return listeners.subscribe(look)
    },

    /** Keeps the list true to what happens elsewhere; answers the way to end it. */
    connect(): () => void {
      const stopListening = channel.subscribe(
        ({ type }) => void (type === 'sessions-changed' ? reload() : refresh()),
      )
      const stopReturning = page.onReturn(() => void reload())
      const looking = setInterval(() => page.isVisible() && void refresh(), LOOK_AGAIN_MS)
      return () => {
        clearInterval(looking)
        stopListening()
        stopReturning()
      }
    },
  }
}

/** One for the page: the sidebar shows it, an open chat tells it of its replies. */
export const sessionsStore = createSessionsStore({ api, channel: tabChannel, page: browserPage })

export function useSessions(initial: SessionPage): SessionsState {
  return useSyncExternalStore(sessionsStore.subscribe, sessionsStore.getState, () => initialState(initial))
}

/** What is in the list now, for what is loaded after the page stands. */
export const useListedSessions = (): SessionsState['sessions'] =>
  useSyncExternalStore(
    sessionsStore.subscribe,
    () => sessionsStore.getState().sessions,
    () => EMPTY.sessions,
  )

/** The server's snapshot must be the same object at every call. */
const cache = new WeakMap<SessionPage, SessionsState>()
function initialState(page: SessionPage): SessionsState {
  const known = cache.get(page) ?? { ...EMPTY, sessions: page.sessions, next: page.next }
  cache.set(page, known)
  return known
}
