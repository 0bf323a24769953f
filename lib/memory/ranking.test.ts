import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankPlaces } from './ranking.ts'
import type { Hit } from './store/store.ts'

const DAY = 86_400_000
const hit = (position: number, score: number, change: Partial<Hit> = {}): Hit => ({
  namespace: 'n',
  sessionId: 's',
  id: `m${position}`,
  position,
  createdAt: position * 10 * DAY,
  isReply: false,
  score,
  ...change,
})
const positions = (hits: Hit[]) => rankPlaces(hits).map(({ position }) => position)

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
    const places = rankPlaces([hit(10, 1), hit(11, 1, { sessionId: 't' }), hit(11, 1, { namespace: 'o' })])
    expect(new Set(places.slice(0, 3).map((place) => place.rank)).size).toBe(1)
  })

  it('is each place once, in falling order, with every hit among them', () => {
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
        expect(places.map(({ rank }) => rank)).toEqual(places.map(({ rank }) => rank).sort((a, b) => b - a))
        for (const { position, rank } of places) {
          expect(position).toBeGreaterThan(0)
          expect(rank).toBeGreaterThan(0)
        }
      }),
    )
  })
})
