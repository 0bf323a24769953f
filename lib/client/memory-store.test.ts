import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MemoryView, MemoryWork } from '#lib/chat/memory-types.ts'
import { ApiFailure } from './api.ts'
import { createMemoryStore } from './memory-store.ts'
import type { TabMessage } from './tab-channel.ts'

const view = (messages: number, work: MemoryWork = { state: 'idle' }): MemoryView => ({
  audit: { messages, summarised: 0, window: messages, lost: 0, doubled: 0 },
  window: [],
  olderMessages: 0,
  windowTokens: 0,
  maxWindow: 12,
  summary: null,
  versions: [],
  olderVersions: 0,
  work,
  search: { longTerm: true, memory: true, acrossSessions: true },
  temporary: false,
  program: false,
  usedUp: null,
  usage: [],
  elsewhere: null,
})

function setUp() {
  const api = {
    getMemory: vi.fn(async () => view(1)),
    editContext: vi.fn(async () => view(2)),
    undoSummary: vi.fn(async () => view(3)),
    redoSummary: vi.fn(async () => view(4)),
    rebuildSummary: vi.fn(async () => view(5)),
  }
  let tell = (_: TabMessage) => {}
  const channel = {
    post: () => {},
    subscribe(listener: (message: TabMessage) => void) {
      tell = listener
      return () => {}
    },
  }
  const page = { onReturn: () => () => {} } as never
  const onChanged = vi.fn()
  const store = createMemoryStore('s', { api, channel, page, onChanged, now: Date.now })
  const shown = () => store.getState().view?.audit.messages
  return { api, store, shown, onChanged, tell: (message: TabMessage) => tell(message) }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the memory that is shown', () => {
  it('is looked at again while a summary is made, and when the summariser is tried again', async () => {
    const { api, store } = setUp()
    api.getMemory.mockResolvedValueOnce(view(1, { state: 'running', rebuild: false }))
    const nextTryAt = Date.now() + 60_000
    api.getMemory.mockResolvedValueOnce(view(1, { state: 'failing', rebuild: false, attempts: 1, nextTryAt }))
    const leave = store.connect()
    store.refresh()
    await settle()
    expect(api.getMemory).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(api.getMemory).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(50_000)
    expect(api.getMemory).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(api.getMemory).toHaveBeenCalledTimes(3)
    leave()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(api.getMemory).toHaveBeenCalledTimes(3)
  })

  it('is looked at again until everything has arrived at a Motörhead elsewhere, more seldom while that is down', async () => {
    const { api, store } = setUp()
    const there = { host: 'h', problem: null, limits: '', context: null, waiting: true, refused: 0 }
    api.getMemory.mockResolvedValueOnce({ ...view(1), elsewhere: there })
    api.getMemory.mockResolvedValueOnce({ ...view(1), elsewhere: { ...there, problem: 'It is down.' } })
    api.getMemory.mockResolvedValueOnce({ ...view(1), elsewhere: { ...there, waiting: false } })
    store.connect()
    store.refresh()
    await settle()
    for (const [ms, looks] of [
      [1000, 2],
      [9000, 2],
      [1000, 3],
      [600_000, 3],
    ] as const) {
      await vi.advanceTimersByTimeAsync(ms)
      expect(api.getMemory).toHaveBeenCalledTimes(looks)
    }
  })

  it('follows other tabs, for its own session', async () => {
    const { api, store, tell } = setUp()
    store.connect()
    store.refresh()
    tell({ type: 'session-changed', sessionId: 'other' })
    tell({ type: 'session-changed', sessionId: 's' })
    await settle()
    expect(api.getMemory).toHaveBeenCalledTimes(2)
  })

  it('is what an action has made of it, and a look that was asked for before does not take that back', async () => {
    const { api, store, shown, onChanged } = setUp()
    const slow = Promise.withResolvers<MemoryView>()
    api.getMemory.mockReturnValueOnce(slow.promise)
    store.refresh()
    expect(await store.edit('text', 'S1')).toBeNull()
    expect(api.editContext).toHaveBeenCalledWith('s', { context: 'text', basedOn: 'S1' })
    slow.resolve(view(9))
    await settle()
    expect(shown()).toBe(2)
    expect(onChanged).toHaveBeenCalledOnce()
  })

  it('says why an action was refused, and is loaded anew', async () => {
    const { api, store, shown, onChanged } = setUp()
    api.undoSummary.mockRejectedValueOnce(
      new ApiFailure(409, 'conflict', 'The summary has changed meanwhile.'),
    )
    expect(await store.undo('S1')).toBe('The summary has changed meanwhile.')
    await settle()
    expect(shown()).toBe(1)
    expect(onChanged).not.toHaveBeenCalled()
  })

  it('is looked at again after a look has failed, also the first one, as long as somebody follows it', async () => {
    const { api, store, shown } = setUp()
    const failure = new ApiFailure(500, 'internal', 'The server has a problem.')
    api.getMemory.mockRejectedValueOnce(failure)
    const leave = store.connect()
    store.refresh()
    await settle()
    expect(store.getState()).toEqual({ view: null, problem: 'The server has a problem.' })
    api.getMemory.mockResolvedValueOnce(view(2, { state: 'running', rebuild: false }))
    await vi.advanceTimersByTimeAsync(5000)
    expect([shown(), store.getState().problem]).toEqual([2, null])
    api.getMemory.mockRejectedValue(failure)
    // A look that fails puts the one off that was due, and is not followed by two.
    store.refresh()
    await vi.advanceTimersByTimeAsync(4900)
    expect(api.getMemory).toHaveBeenCalledTimes(3)
    await vi.advanceTimersByTimeAsync(5100)
    expect(api.getMemory).toHaveBeenCalledTimes(5)
    leave()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(api.getMemory).toHaveBeenCalledTimes(5)
  })

  it('is not looked at again when its session is not there any more', async () => {
    const { api, store } = setUp()
    api.getMemory.mockRejectedValue(new ApiFailure(404, 'not-found', 'There is no such chat.'))
    store.connect()
    store.refresh()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(api.getMemory).toHaveBeenCalledTimes(1)
  })

  it('keeps what it knows when a look fails, and says so', async () => {
    const { api, store, shown } = setUp()
    store.refresh()
    await settle()
    api.getMemory.mockRejectedValueOnce(new ApiFailure(0, 'offline', 'You seem to be offline.'))
    store.refresh()
    await settle()
    expect(shown()).toBe(1)
    expect(store.getState().problem).toBe('You seem to be offline.')
  })
})
