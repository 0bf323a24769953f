import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'
import { createRetries } from './retries.ts'
import { type Asked, messages, openScene } from './wire.fake.ts'

const MEMORY = '/sessions/s/memory'
const body = { messages: messages(2) }

/** Two servers over one database; the second one may be the first one, started again. */
describe('a save that is sent again to another process', () => {
  let store: Store
  let scenes: ReturnType<typeof openScene>[]
  beforeEach(() => {
    store = createSqliteStore(':memory:')
    scenes = []
  })
  afterEach(async () => {
    for (const scene of scenes) await scene.stop()
    await store.close()
  })
  const open = () => {
    const scene = openScene({ store })
    // Each begins when the one before has been silent for a while.
    scene.wait(5000 * scenes.push(scene))
    return scene
  }
  const stored = async () => (await store.audit({ namespace: 'default', sessionId: 's' })).messages
  const save = (scene: ReturnType<typeof openScene>, lost?: Asked['lost']) =>
    scene.ask(MEMORY, { body, lost })

  it.each(['before', 'after', 'with the process'] as const)(
    'is stored once when the first answer was lost: %s',
    async (lost) => {
      await save(open(), lost)
      const other = open()
      await save(other)
      expect(await stored()).toBe(2)
      await save(other)
      expect(await stored()).toBe(4)
    },
  )

  it('is stored once by the first process, too, when another one has served the retry', async () => {
    const [first, other] = [open(), open()]
    await save(first, 'before')
    await save(other)
    await other.stop()
    expect(await stored()).toBe(2)
    await save(first)
    expect(await stored()).toBe(4)
  })

  it('is stored once when the answer to the retry gets lost as well', async () => {
    for (let n = 0; n < 3; n++) await save(open(), 'with the process')
    await save(open())
    expect(await stored()).toBe(2)
  })

  it('is stored twice when the first answer was sent, also by a process that ends just then', async () => {
    const first = open()
    await save(first)
    await first.stop()
    await save(open())
    expect(await stored()).toBe(4)
  })

  it('is stored twice when the first process may still be answering', async () => {
    const [first, other] = [open(), open()]
    first.wait(5000)
    await Promise.all([save(first, 'with the process'), save(other, 'with the process')])
    expect(await stored()).toBe(4)
  })

  it('is stored twice when the same process is still answering the first, however long that takes', async () => {
    const first = open()
    await save(first, 'with the process')
    first.wait(5000)
    await save(first)
    expect(await stored()).toBe(4)
  })

  it('is stored twice when it comes later than any client tries again', async () => {
    await save(open(), 'with the process')
    const other = open()
    other.wait(3 * 60_000)
    await save(other)
    expect(await stored()).toBe(4)
  })
})

describe('the answers that were sent', () => {
  const open = () => {
    const told: string[][] = []
    const retries = createRetries({
      markAnswered: async (marks) => void told.push(marks),
      now: Date.now,
      onError: (error) => expect.fail(String(error)),
    })
    return { told, retries }
  }
  beforeEach(() => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
  })

  it('are told together, soon', async () => {
    const { told, retries } = open()
    for (const mark of ['a', 'b', 'a']) retries.sent(mark)
    expect(told).toEqual([])
    await vi.advanceTimersByTimeAsync(200)
    retries.sent('c')
    await vi.advanceTimersByTimeAsync(200)
    expect(told).toEqual([['a', 'b'], ['c']])
  })

  it('are told at the end, and not told when they are found to be lost', async () => {
    const { told, retries } = open()
    retries.sent('a')
    retries.sent('b')
    retries.lost('a', Promise.resolve('saved'), { afterSent: true })
    await retries.close()
    expect(told).toEqual([['b']])
  })
})
