import type { Hit, Place } from './store/store.ts'

/**
 * Long replies hold many words of any question, and what a person asks for later is mostly what they said themselves;
 * but "what did you tell me" needs replies, too.
 */
const REPLY_WEIGHT = 0.5

/** Who says what somebody asks for often says it next to words that match: what each distance on the path gets of them. */
export const NEIGHBOUR_SHARES = [0.3, 0.1]

/** A day on which much matches speaks for each of its messages. */
const DAY_SHARE = 0.2
const DAY_MS = 86_400_000

export type RankedPlace = Place & { createdAt: number; rank: number }

/**
 * Ranks what a search has found: the hits and their neighbours on the path, which need not match (nor exist: a neighbour is
 * a position only). The same for every store, from values alone; in no order, see `bestFirst`.
 */
export function rankPlaces(hits: readonly Hit[]): RankedPlace[] {
  const sessions = Map.groupBy(hits, ({ namespace, sessionId }) => JSON.stringify([namespace, sessionId]))
  return [...sessions.values()].flatMap(rankSession)
}

/**
 * All places in their order, about `count` at a time. Few of some thousand are asked for: to sort them all would take longer
 * than to find them. Of equals, the newer one comes first.
 */
export function* bestFirst(places: readonly RankedPlace[], count: number): Generator<RankedPlace[]> {
  const ranks = new Float64Array(places.length)
  for (const [index, { rank }] of places.entries()) ranks[index] = rank
  const least = ranks.sort().at(-2 * count) ?? Number.NEGATIVE_INFINITY
  yield* inBatches(places.filter(({ rank }) => rank >= least).sort(byRank), count)
  yield* inBatches(places.filter(({ rank }) => rank < least).sort(byRank), count)
}

function* inBatches<T>(sorted: readonly T[], count: number): Generator<T[]> {
  for (let from = 0; from < sorted.length; from += count) yield sorted.slice(from, from + count)
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
const byRank = (a: RankedPlace, b: RankedPlace) =>
  b.rank - a.rank || b.createdAt - a.createdAt || b.position - a.position

/** What a message of its kind counts. */
export const kindWeight = ({ isReply }: Pick<Hit, 'isReply'>) => (isReply ? REPLY_WEIGHT : 1)
const weightOf = (hit: Hit) => hit.score * kindWeight(hit)
const dayOf = (hit: Hit) => Math.floor(hit.createdAt / DAY_MS)
