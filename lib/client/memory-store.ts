import type { Elsewhere, MemoryView, MemoryWork } from '#lib/chat/memory-types.ts'
import { isAbsent } from './api.ts'
import { createListeners } from './listeners.ts'
import * as httpApi from './memory-api.ts'
import { browserPage, type PageSignals } from './page-signals.ts'
import { sentenceOf } from './sentences.ts'
import { type TabChannel, tabChannel } from './tab-channel.ts'

export type MemoryState = {
  /** `null` until it is loaded. */
  view: MemoryView | null
  /** A sentence: it could not be loaded. */
  problem: string | null
}

type MemoryApi = Pick<
  typeof httpApi,
  'getMemory' | 'editContext' | 'undoSummary' | 'redoSummary' | 'rebuildSummary'
>

/** What a session's memory holds, kept true while it changes. Actions answer a sentence when they were refused. */
export type MemoryStore = {
  getState(): MemoryState
  subscribe(listener: () => void): () => void
  refresh(): void
  edit(context: string, basedOn: string | null): Promise<string | null>
  undo(summaryId: string): Promise<string | null>
  redo(summaryId: string): Promise<string | null>
  rebuild(): Promise<string | null>
  /** Follows other tabs, returns to the page and background work after each look; answers the way to end it. */
  connect(): () => void
}

const WORKING_MS = 1000
/** A Motörhead that does not answer keeps each look waiting for it. */
const ELSEWHERE_DOWN_MS = 10_000
/** Nobody tells when a server that was restarted is there again. */
const FAILED_MS = 5000
/** The server's clock and this one may differ a little. */
const RETRY_GRACE_MS = 400

export function createMemoryStore(
  sessionId: string,
  deps: {
    api?: MemoryApi
    channel?: TabChannel
    page?: PageSignals
    now?: () => number
    /** Something was changed here. */
    onChanged?: () => void
  } = {},
): MemoryStore {
  const { api = httpApi, channel = tabChannel, page = browserPage, now = Date.now, onChanged } = deps
  const listeners = createListeners()
  let state: MemoryState = { view: null, problem: null }
  let connected = false
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function set(change: Partial<MemoryState>): void {
    state = { ...state, ...change }
    listeners.tell()
  }

  function show(view: MemoryView): void {
    set({ view, problem: null })
    lookAfter(Math.min(workChangesMs(view.work, now()), elsewhereChangesMs(view.elsewhere)))
  }

  function fail(error: unknown): void {
    set({ problem: sentenceOf(error) })
    // A session that was deleted does not come back by itself.
    lookAfter(isAbsent(error) ? NEVER : FAILED_MS)
  }

  function lookAfter(ms: number): void {
    clearTimeout(timer)
    if (connected && ms < NEVER) timer = setTimeout(refresh, ms)
  }

  /** An answer that was overtaken by a later question is not shown. */
  async function load(): Promise<void> {
    const mine = ++asked
    try {
      const view = await api.getMemory(sessionId)
      if (mine === asked) show(view)
    } catch (error) {
      if (mine === asked) fail(error)
    }
  }
  const refresh = () => void load()

  async function act(work: () => Promise<MemoryView>): Promise<string | null> {
    const mine = ++asked
    try {
      const view = await work()
      if (mine === asked) show(view)
      onChanged?.()
      return null
    } catch (error) {
      refresh()
      return sentenceOf(error)
    }
  }

  return {
    getState: () => state,
    subscribe: listeners.subscribe,
    refresh,
    edit: (context, basedOn) => act(() => api.editContext(sessionId, { context, basedOn })),
    undo: (summaryId) => act(() => api.undoSummary(sessionId, summaryId)),
    redo: (summaryId) => act(() => api.redoSummary(sessionId, summaryId)),
    rebuild: () => act(() => api.rebuildSummary(sessionId)),
    connect() {
      connected = true
      const leave = [
        page.onReturn(refresh),
        channel.subscribe((message) => {
          if (message.type === 'session-changed' && message.sessionId === sessionId) refresh()
        }),
      ]
      return () => {
        connected = false
        clearTimeout(timer)
        for (const end of leave) end()
      }
    },
  }
}

const NEVER = Number.POSITIVE_INFINITY

/** When what is on its way to a Motörhead elsewhere may have arrived. */
function elsewhereChangesMs(elsewhere: Elsewhere | null): number {
  if (!elsewhere?.waiting) return NEVER
  return elsewhere.problem === null ? WORKING_MS : ELSEWHERE_DOWN_MS
}

/** When the summariser may stand differently; `NEVER`: not before something else happens. */
function workChangesMs(work: MemoryWork, at: number): number {
  switch (work.state) {
    case 'idle':
      return NEVER
    case 'running':
      return WORKING_MS
    case 'waiting':
      return Math.max(work.at - at, WORKING_MS)
    case 'failing':
      return Math.max(work.nextTryAt - at, 0) + RETRY_GRACE_MS + WORKING_MS
    default:
      return work satisfies never
  }
}
