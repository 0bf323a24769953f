import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Lane } from './lane.ts'
import { createPool } from './pool.ts'

/** Connections that do nothing; how many were opened, and which were thrown away. */
function fakeLanes() {
  const opened: (Lane & { fail(): void; destroyed: boolean })[] = []
  const open = () => {
    const lane = {
      broken: false,
      destroyed: false,
      query: async () => ({ rows: [], count: 0, command: '' }),
      exec: async () => '',
      fail() {
        lane.broken = true
      },
      destroy() {
        lane.broken = true
        lane.destroyed = true
      },
    }
    opened.push(lane)
    return lane
  }
  return { opened, open }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('opens as many as are needed at once, at most so many, and lends each to one at a time', async () => {
  const { opened, open } = fakeLanes()
  const pool = createPool(open, 2)
  const [now, most] = [new Set<Lane>(), { lent: 0 }]
  const work = async (lane: Lane) => {
    expect(now.has(lane)).toBe(false)
    now.add(lane)
    most.lent = Math.max(most.lent, now.size)
    await vi.advanceTimersByTimeAsync(5)
    now.delete(lane)
  }
  await Promise.all(Array.from({ length: 9 }, () => pool.use(work)))
  expect(opened).toHaveLength(2)
  expect(most.lent).toBe(2)
  await pool.close()
  expect(opened.every((lane) => lane.destroyed)).toBe(true)
})

it('never lends a connection that broke, and has room for another instead', async () => {
  const { opened, open } = fakeLanes()
  const pool = createPool(open, 1)
  await pool.use(async () => opened[0]?.fail())
  await pool.use(async (lane) => expect(lane).toBe(opened[1]))
  // Idle, it may be closed by the server.
  opened[1]?.fail()
  await pool.use(async (lane) => expect(lane).toBe(opened[2]))
})

it('tells who waits too long to come again', async () => {
  const pool = createPool(fakeLanes().open, 1)
  const held = Promise.withResolvers<void>()
  const holding = pool.use(() => held.promise)
  const waiting = pool.use(async () => {})
  const refused = expect(waiting).rejects.toMatchObject({ code: 'storage-busy' })
  await vi.advanceTimersByTimeAsync(10_000)
  await refused
  held.resolve()
  await holding
  await pool.use(async () => {})
})

it('gives up a connection whose server says nothing any more', async () => {
  const { opened, open } = fakeLanes()
  const pool = createPool(open, 1)
  const silent = pool.use(
    (lane) =>
      new Promise((_, reject) => {
        const look = setInterval(() => {
          if (!lane.broken) return
          clearInterval(look)
          reject(new Error('destroyed'))
        }, 10)
      }),
  )
  const ended = expect(silent).rejects.toThrow('destroyed')
  await vi.advanceTimersByTimeAsync(30_100)
  await ended
  await pool.use(async (lane) => expect(lane).toBe(opened[1]))
})
