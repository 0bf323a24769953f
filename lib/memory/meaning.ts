import { bestFirst, kindWeight, NEIGHBOUR_SHARES, type RankedPlace } from './ranking.ts'
import type { Hit, Place, SessionRef } from './store/store.ts'

/** A session's messages; `score` is the cosine of each with the question. */
export type Compared = SessionRef & { messages: readonly Near[] }

type Near = Pick<Hit, 'position' | 'createdAt' | 'isReply' | 'score'>

/** What was compared with the meaning of a question, with `score` in standard deviations above the mean of it all. */
export type Meaning = {
  compared: number
  /** The nearest ones, nearest first. */
  nearest: readonly (Near & SessionRef)[]
  /** Any one that was compared. */
  at(place: Place): Pick<Near, 'score' | 'isReply'> | undefined
}

/** A place that words do not find must be among so many nearest ones. */
const MAX_NEAREST = 200

/** What is no nearer than this many deviations says nothing; so many more are worth `MEANING_SHARE` of the best by words. */
const NEAR_FROM = 1
const NEAR_SCALE = 3
const MEANING_SHARE = 0.4

/**
 * A model is believed as far as it agrees with the words of this very question: on average it must put the best places by
 * words clearly nearer than chance would, measured against what the nearest of as many random numbers would reach. A model
 * that knows nothing, or measures something else than meaning, then changes nothing.
 */
const AGREEMENT_FROM = 0.3
const AGREEMENT_SCALE = 0.2
const AGREEING_PLACES = 10
const FEW_PLACES = 3

export function createMeaning(sessions: readonly Compared[]): Meaning {
  const scores = Float64Array.from(sessions.flatMap(({ messages }) => messages.map(({ score }) => score)))
  const mean = scores.reduce((sum, score) => sum + score, 0) / (scores.length || 1)
  const deviation = Math.sqrt(
    scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length || 1),
  )
  const deviations = (near: Near) => (deviation > 0 ? (near.score - mean) / deviation : 0)
  // Sorting them all would take longer than comparing them did.
  const [least = 0] = scores.toSorted().slice(-MAX_NEAREST)
  const nearest = sessions.flatMap(({ messages, namespace, sessionId }) =>
    messages
      .filter(({ score }) => score >= least)
      .map((near) => ({ ...near, namespace, sessionId, score: deviations(near) })),
  )
  const bySession = new Map(sessions.map((each) => [sessionOf(each), each.messages]))
  const byPosition = new Map<string, Map<number, Near>>()
  return {
    compared: scores.length,
    nearest: nearest.sort((a, b) => b.score - a.score).slice(0, MAX_NEAREST),
    at(place) {
      const name = sessionOf(place)
      const positions =
        byPosition.get(name) ?? new Map(bySession.get(name)?.map((near) => [near.position, near]))
      byPosition.set(name, positions)
      const near = positions.get(place.position)
      return near && { score: deviations(near), isReply: near.isReply }
    },
  }
}

/**
 * Adds what was found by meaning to what was found by words: the score of each, measured against the best by words and in
 * deviations, and as there a part of it for the neighbours. What both find comes before what one of them finds.
 */
export function withMeaning(places: readonly RankedPlace[], meaning: Meaning): RankedPlace[] {
  const [top = []] = bestFirst(places, AGREEING_PLACES)
  const best = top[0]?.rank ?? 1
  const lowest = meaning.nearest.at(-1)?.score ?? 0
  // Without any word the nearest ones are all that there is.
  const from = places.length > 0 ? NEAR_FROM : Math.min(NEAR_FROM, lowest - 1)
  const share = MEANING_SHARE * agreement(top, meaning)
  if (share === 0) return [...places]

  const nearnessAt = (place: Place, position: number) => {
    const near = meaning.at({ ...place, position })
    return near ? (Math.max(0, near.score - from) / NEAR_SCALE) * kindWeight(near) : 0
  }
  const nearness = (place: Place) =>
    NEIGHBOUR_SHARES.reduce(
      (sum, part, index) =>
        sum +
        part *
          (nearnessAt(place, place.position - index - 1) + nearnessAt(place, place.position + index + 1)),
      nearnessAt(place, place.position),
    )
  const found = new Set(places.map(keyOf))
  const others = meaning.nearest.filter((near) => near.score > from && !found.has(keyOf(near)))
  return [...places, ...others.map(toPlace)].map((place) => ({
    ...place,
    rank: place.rank / best + share * nearness(place),
  }))
}

/** From 0, by chance, to 1. */
function agreement(top: readonly RankedPlace[], meaning: Meaning): number {
  const scores = top.flatMap((place) => meaning.at(place)?.score ?? [])
  if (scores.length < FEW_PLACES) return 1
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const reached = mean / topOfRandom(meaning.compared, scores.length)
  return Math.min(1, Math.max(0, (reached - AGREEMENT_FROM) / AGREEMENT_SCALE))
}

/** About the mean of the highest `top` among `count` random numbers of a normal distribution. */
const topOfRandom = (count: number, top: number) => 0.87 * Math.sqrt(2 * Math.log(Math.max(2, count / top)))

const toPlace = ({ namespace, sessionId, position, createdAt }: Near & SessionRef): RankedPlace => ({
  namespace,
  sessionId,
  position,
  createdAt,
  rank: 0,
})
const sessionOf = ({ namespace, sessionId }: SessionRef) => JSON.stringify([namespace, sessionId])
const keyOf = (place: Place) => `${sessionOf(place)} ${place.position}`
