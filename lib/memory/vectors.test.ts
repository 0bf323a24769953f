import { expect, it, vi } from 'vitest'
import type { EmbeddedSession, EmbeddingStore } from './store/embedding-store.ts'
import { createVectors } from './vectors.ts'

type Stored = Awaited<ReturnType<EmbeddingStore['readVectors']>>

/** A store of one session's vectors; message n points by n hundredths of a circle away from the first axis. */
function open({ maxBytes = 1e6 } = {}) {
  const stored: Stored = []
  const readVectors = vi.fn<EmbeddingStore['readVectors']>(async (_, { after, limit }) =>
    stored.filter(({ seq }) => seq > after).slice(0, limit),
  )
  const vectors = createVectors({ readVectors }, 'm', maxBytes)
  const add = (...seqs: number[]) => {
    for (const seq of seqs) {
      const vector = new Float32Array([Math.cos(seq / 100), Math.sin(seq / 100)])
      stored.push({ seq, branch: 1, position: seq, createdAt: 1, isReply: false, vector })
    }
  }
  const compare = async (session: Partial<EmbeddedSession> = {}, until = performance.now() + 1e6) => {
    const path = [{ branch: 1, upTo: 1e9 }]
    const whole = { namespace: 'n', sessionId: 's', key: 1, path, count: stored.length }
    const newest = stored.at(-1)?.seq ?? 0
    return vectors.compare({ ...whole, newest, ...session }, new Float32Array([1, 0]), until)
  }
  const seqs = async (session?: Partial<EmbeddedSession>) => (await compare(session)).map(({ seq }) => seq)
  return { stored, readVectors, vectors, add, compare, seqs }
}

it('tells the cosine to a hundredth', async () => {
  const { add, compare } = open()
  add(1, 50, 150)
  for (const { seq, score } of await compare()) expect(score).toBeCloseTo(Math.cos(seq / 100), 2)
})

it('reads once, and then only what is new', async () => {
  const { add, seqs, readVectors } = open()
  add(1, 2)
  expect(await seqs()).toEqual([1, 2])
  expect(await seqs()).toEqual([1, 2])
  expect(readVectors).toHaveBeenCalledTimes(1)
  add(5)
  expect(await seqs()).toEqual([1, 2, 5])
  expect(readVectors).toHaveBeenLastCalledWith(1, { model: 'm', after: 2, limit: expect.any(Number) })
})

it('knows nothing more of what has gone, also when something came meanwhile', async () => {
  const { add, seqs, stored } = open()
  add(1, 2, 3)
  await seqs()
  stored.splice(1, 1)
  expect(await seqs()).toEqual([1, 3])
  stored.splice(0, 1)
  add(4)
  expect(await seqs()).toEqual([3, 4])
})

it('finds what got its vector later than what was said after it', async () => {
  const { add, seqs, stored } = open()
  add(1, 3)
  await seqs()
  add(2)
  stored.sort((a, b) => a.seq - b.seq)
  expect(await seqs()).toEqual([1, 2, 3])
})

it('holds each once, also when two ask at the same time', async () => {
  const { add, seqs } = open()
  add(1, 2)
  expect(await Promise.all([seqs(), seqs()])).toEqual([
    [1, 2],
    [1, 2],
  ])
})

it('compares what a path shows only', async () => {
  const { add, seqs } = open()
  add(1, 2, 3)
  expect(await seqs({ path: [{ branch: 1, upTo: 2 }] })).toEqual([1, 2])
  expect(await seqs({ path: [{ branch: 2, upTo: 9 }] })).toEqual([])
})

it('reads on at the next question where the time of one has ended', async () => {
  const { add, compare } = open()
  add(...Array.from({ length: 2500 }, (_, index) => index + 1))
  expect(await compare({}, 0)).toHaveLength(1000)
  expect(await compare({}, 0)).toHaveLength(2000)
  expect(await compare({}, 0)).toHaveLength(2500)
})

it('lets others have their turn between two pages', async () => {
  const { add, compare, readVectors } = open()
  add(...Array.from({ length: 2500 }, (_, index) => index + 1))
  let readByThen = 0
  setImmediate(() => {
    readByThen = readVectors.mock.calls.length
  })
  await compare()
  expect(readByThen).toBe(1)
})

it('keeps no more than it may, and drops what was asked for longest ago', async () => {
  const { add, seqs, vectors, readVectors } = open({ maxBytes: 1000 })
  add(1, 2, 3, 4)
  await seqs({ key: 1 })
  await seqs({ key: 2 })
  await seqs({ key: 1 })
  await seqs({ key: 3 })
  expect(vectors.bytes()).toBeLessThanOrEqual(1000)
  expect(readVectors).toHaveBeenCalledTimes(3)
  await seqs({ key: 1 })
  expect(readVectors).toHaveBeenCalledTimes(3)
  await seqs({ key: 2 })
  expect(readVectors).toHaveBeenCalledTimes(4)
})
