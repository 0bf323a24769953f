import type { Hit, Place } from './store/store.ts'

/**
 * Long replies hold many words of any question, and what a person asks for later is mostly what they said themselves;
 * but "what did you tell me" needs replies, too.
 */
const REPLY_WEIGHT = 0.5

/** Who says what somebody asks for often says it next to words that match: what each distance on the path gets of them. */
const NEIGHBOUR_SHARES = [0.3, 0.1]

/** A day on which much matches speaks for each of its messages. */
const DAY_SHARE = 0.2
const DAY_MS = 86_400_000

export type RankedPlace = Place & { createdAt: number; rank: number }

/**
 * Orders what a search has found, best first: the hits and their neighbours on the path, which need not match (nor exist:
 * a neighbour is a position only). The same for every store, from values alone. Of equals, the newer one comes first.
 */
export function rankPlaces(hits: readonly Hit[]): RankedPlace[] {
  const sessions = Map.groupBy(hits, ({ namespace, sessionId }) => JSON.stringify([namespace, sessionId]))
  return [...sessions.values()].flatMap(rankSession).sort(byRank)
}

function rankSession(hits: readonly Hit[]): RankedPlace[] {
  const dayShares = sharesOfDays(hits)
  const shareOf = (hit: Hit) => (dayShares.get(dayOf(hit)) ?? 0) * kindWeight(hit)
  const places = new Map<number, RankedPlace>()
  const add = (hit: Hit, position: number, rank: number) => {
    const place = places.get(position)
    if (place) place.rank += rank
    else if (position > 0) places.set(position, placeOf(hit, position, rank + shareOf(hit)))
  }
  for (const hit of hits) add(hit, hit.position, weightOf(hit))
  for (const hit of hits) {
    NEIGHBOUR_SHARES.forEach((share, index) => {
      add(hit, hit.position - index - 1, weightOf(hit) * share)
      add(hit, hit.position + index + 1, weightOf(hit) * share)
    })
  }
  return [...places.values()]
}

function sharesOfDays(hits: readonly Hit[]): Map<number, number> {
  const squares = new Map<number, number>()
  for (const hit of hits) squares.set(dayOf(hit), (squares.get(dayOf(hit)) ?? 0) + weightOf(hit) ** 2)
  return new Map([...squares].map(([day, sum]) => [day, DAY_SHARE * Math.sqrt(sum)]))
}

const placeOf = ({ namespace, sessionId, createdAt }: Hit, position: number, rank: number): RankedPlace => ({
  namespace,
  sessionId,
  position,
  createdAt,
  rank,
})
/** How much the best place by meaning counts beside the best one by words: a poor model must not push these out. */
const MEANING_SHARE = 0.2

/**
 * Adds what was found by meaning (`score` is the cosine) to what was found by words, each measured against its own best:
 * what is best by words stays ahead of what is best by meaning alone.
 */
export function withMeaning(places: RankedPlace[], near: readonly Hit[]): RankedPlace[] {
  if (near.length === 0) return places
  const best = places[0]?.rank ?? 1
  const merged = new Map(places.map((place) => [keyOf(place), { ...place, rank: place.rank / best }]))
  const scores = near.map(({ score }) => score)
  const [low, high] = [Math.min(...scores), Math.max(...scores)]
  for (const hit of near) {
    const place = merged.get(keyOf(hit)) ?? placeOf(hit, hit.position, 0)
    const meaning = high > low ? (hit.score - low) / (high - low) : 1
    merged.set(keyOf(hit), { ...place, rank: place.rank + MEANING_SHARE * meaning * kindWeight(hit) })
  }
  return [...merged.values()].sort(byRank)
}

const keyOf = ({ namespace, sessionId, position }: Place) => JSON.stringify([namespace, sessionId, position])
const byRank = (a: RankedPlace, b: RankedPlace) =>
  b.rank - a.rank || b.createdAt - a.createdAt || b.position - a.position

const kindWeight = ({ isReply }: Hit) => (isReply ? REPLY_WEIGHT : 1)
const weightOf = (hit: Hit) => hit.score * kindWeight(hit)
const dayOf = (hit: Hit) => Math.floor(hit.createdAt / DAY_MS)
