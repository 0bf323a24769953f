import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestFirst, type RankedPlace, rankPlaces } from './ranking.ts'
import type { Hit } from './store/store.ts'

const DAY = 86_400_000
const hit = (position: number, score: number, change: Partial<Hit> = {}): Hit => ({
  namespace: 'n',
  sessionId: 's',
  position,
  createdAt: position * 10 * DAY,
  isReply: false,
  score,
  ...change,
})
const ordered = (places: RankedPlace[]) => [...bestFirst(places, 10)].flat()
const positions = (hits: Hit[]) => ordered(rankPlaces(hits)).map(({ position }) => position)

describe('what is found', () => {
  it('comes best first, with its neighbours, the nearer before the farther', () => {
    expect(positions([hit(20, 1), hit(10, 3)])).toEqual([10, 11, 9, 20, 12, 8, 21, 19, 22, 18])
    expect(positions([hit(1, 1)])).toEqual([1, 2, 3])
  })

  it('counts for half when a machine said it', () => {
    expect(positions([hit(10, 3, { isReply: true }), hit(20, 2)]).indexOf(20)).toBe(0)
    expect(positions([hit(10, 5, { isReply: true }), hit(20, 2)]).indexOf(10)).toBe(0)
  })

  it('gains from a neighbour that matches', () => {
    expect(positions([hit(10, 2), hit(20, 1.9), hit(21, 1)])[0]).toBe(20)
  })

  it('gains from a day on which much matches', () => {
    const busy = [21, 25, 29, 33].map((position) => hit(position, 1, { createdAt: 5 * DAY }))
    const [best] = positions([hit(10, 1.05), ...busy])
    expect([21, 25, 29, 33]).toContain(best)
    expect(positions([hit(10, 2), ...busy])[0]).toBe(10)
  })

  it('comes the newer before the older when both are as good', () => {
    expect(positions([hit(10, 1), hit(30, 1), hit(20, 1)]).slice(0, 3)).toEqual([30, 20, 10])
  })

  it('keeps sessions apart', () => {
    const hits = [hit(10, 1), hit(11, 1, { sessionId: 't' }), hit(11, 1, { namespace: 'o' })]
    const places = ordered(rankPlaces(hits))
    expect(new Set(places.slice(0, 3).map((place) => place.rank)).size).toBe(1)
  })

  it('is each place once, with every hit among them', () => {
    const anyHit = fc.record({
      position: fc.integer({ min: 1, max: 50 }),
      score: fc.double({ min: 0.001, max: 50, noNaN: true }),
      isReply: fc.boolean(),
      sessionId: fc.constantFrom('s', 't'),
      createdAt: fc.integer({ min: 0, max: 9 * DAY }),
    })
    const hits = fc.uniqueArray(anyHit, { selector: ({ position, sessionId }) => `${position} ${sessionId}` })
    fc.assert(
      fc.property(hits, (given) => {
        const places = rankPlaces(given.map(({ position, score, ...rest }) => hit(position, score, rest)))
        const names = places.map(({ position, sessionId }) => `${position} ${sessionId}`)
        expect(new Set(names).size).toBe(names.length)
        expect(names).toEqual(
          expect.arrayContaining(given.map(({ position, sessionId }) => `${position} ${sessionId}`)),
        )
        for (const { position, rank } of places) {
          expect(position).toBeGreaterThan(0)
          expect(rank).toBeGreaterThan(0)
        }
      }),
    )
  })

  it('is given best first, however many are taken at a time, as if all were sorted', () => {
    const anyPlace = fc.record({
      rank: fc.integer({ min: 0, max: 9 }),
      createdAt: fc.integer({ min: 0, max: 2 }),
      position: fc.integer({ min: 1, max: 999 }),
    })
    const distinct = fc.uniqueArray(anyPlace, { selector: ({ position }) => position, maxLength: 60 })
    fc.assert(
      fc.property(distinct, fc.integer({ min: 1, max: 70 }), (given, count) => {
        const places = given.map((place) => ({ namespace: 'n', sessionId: 's', ...place }))
        const sorted = places.toSorted(
          (a, b) => b.rank - a.rank || b.createdAt - a.createdAt || b.position - a.position,
        )
        const taken = [...bestFirst(places, count)]
        expect(taken.flat()).toEqual(sorted)
        expect(taken[0] ?? []).toEqual(sorted.slice(0, count))
        expect(Math.max(0, ...taken.map(({ length }) => length))).toBeLessThanOrEqual(count)
      }),
    )
  })
})
