import { describe, expect, it } from 'vitest'
import { type Compared, createMeaning, withMeaning } from './meaning.ts'
import { bestFirst, type RankedPlace, rankPlaces } from './ranking.ts'
import type { Hit } from './store/store.ts'

const place = { namespace: 'n', sessionId: 's', createdAt: 0, isReply: false }
const hit = (position: number, score: number): Hit => ({ ...place, position, score })
/** As a session of a hundred messages is near a question: none but the named ones more than another. */
const near = (named: Record<number, number>) =>
  Array.from({ length: 100 }, (_, index) => {
    const usual = 0.1 + ((index * 37) % 100) / 2000
    return { ...place, position: index + 1, score: named[index + 1] ?? usual }
  })
const positions = (places: RankedPlace[]) => [...bestFirst(places, 10)].flat().map(({ position }) => position)
const order = (words: Hit[], messages: Compared['messages']) =>
  positions(withMeaning(rankPlaces(words), createMeaning([{ namespace: 'n', sessionId: 's', messages }])))

describe('what is found by meaning, too', () => {
  const words = [hit(10, 2), hit(50, 1.9)]

  it('changes nothing when nothing was compared, or all is equally near', () => {
    const alone = positions(rankPlaces(words))
    expect(order(words, [])).toEqual(alone)
    expect(
      order(
        words,
        near({}).map((each) => ({ ...each, score: 0.5 })),
      ),
    ).toEqual(alone)
  })

  it('lifts a place that words find, too, and adds one that only meaning finds behind it', () => {
    const found = order(words, near({ 10: 0.3, 50: 0.5, 90: 0.5 }))
    expect(found[0]).toBe(50)
    expect(found.indexOf(90)).toBeGreaterThan(found.indexOf(10))
    expect(found.indexOf(90)).toBeLessThan(found.indexOf(12))
  })

  it('lifts the neighbours of what means the same', () => {
    const found = order([hit(10, 2), hit(50, 2)], near({ 10: 0.3, 50: 0.3, 9: 0.5 }))
    expect(found[0]).toBe(10)
  })

  it('counts for half when a machine said it', () => {
    const messages = near({ 10: 0.5, 50: 0.5 })
    const replied = messages.map((each) => (each.position === 50 ? { ...each, isReply: true } : each))
    expect(order([hit(10, 1), hit(50, 1)], messages)[0]).toBe(50)
    expect(order([hit(10, 1), hit(50, 1)], replied)[0]).toBe(10)
  })

  it('finds where no word does, however few there are', () => {
    expect(order([], near({ 30: 0.9, 40: 0.8 })).slice(0, 2)).toEqual([30, 40])
    expect(order([], near({ 1: 0.9 }).slice(0, 2))).toEqual([1, 2])
  })

  it('is not believed where it contradicts the words', () => {
    const many = [10, 20, 30, 40, 50].map((position) => hit(position, 2 - position / 100))
    const alone = positions(rankPlaces(many))
    const chance = near({ 71: 0.9, 75: 0.8, 77: 0.8, 10: 0, 20: 0, 30: 0, 40: 0, 50: 0 })
    expect(order(many, chance)).toEqual(alone)
    const agreeing = near({ 71: 0.9, 75: 0.8, 77: 0.8, 10: 0.7, 20: 0.7, 30: 0.7, 40: 0.7, 50: 0.7 })
    expect(order(many, agreeing)).toContain(71)
  })
})
