import type { Fact } from './facts.ts'
import { factDate, factRole } from './facts.ts'
import type { Message, SessionRef, Store } from './store/store.ts'
import { searchTerms, wordsOf } from './terms.ts'

/** A message that holds less of a fact's words than this is not where it came from. */
const FOUND_SHARE = 0.6
const CANDIDATES = 20

/** The message whose words a fact of a summary is made of: of its side and day, if one of these has them. */
export async function findFactSource(
  store: Store,
  ref: SessionRef,
  fact: Fact,
  throughPosition: number,
): Promise<(Message & SessionRef) | null> {
  const terms = searchTerms(fact.text)
  const scope = { ref, throughPosition }
  const hits = await store.searchMessages(scope, { terms, limit: CANDIDATES })
  const found = await store.readPlaces(scope, hits)
  const wanted = new Set(wordsOf(fact.text))
  const scored = found.map((message) => {
    const words = new Set(wordsOf(message.content))
    const share = [...wanted].filter((word) => words.has(word)).length / Math.max(wanted.size, 1)
    const onDay = factDate(message.createdAt) === fact.date ? 0.1 : 0
    const ofSide = factRole(message.role) === fact.role ? 0.2 : 0
    return { message, share, rank: share + onDay + ofSide }
  })
  const best = scored.filter(({ share }) => share >= FOUND_SHARE).sort((a, b) => b.rank - a.rank)[0]
  return best?.message ?? null
}
