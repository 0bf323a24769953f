import type { Embedding } from './embedding.ts'
import { withMeaning } from './meaning.ts'
import type { MemorySettings, Recall, RecallOptions, RetrievalScope, Retrieved } from './memory.ts'
import { bestFirst, type RankedPlace, rankPlaces } from './ranking.ts'
import type { Message, Place, SearchScope, SessionRef, Store } from './store/store.ts'
import { searchTerms } from './terms.ts'
import { estimateTokens } from './tokens.ts'

/** What memory may take of a prompt. The newest message is given whole, whatever its length. */
export const WINDOW_TOKENS = 12_000
const RETRIEVED_TOKENS = 1200
const MAX_RETRIEVED = 8

/** More of them hardly fit: a chat that nothing was folded of, with memory off or just imported, can have 100,000. */
const WINDOW_MESSAGES = 1000

/** Of each kind. More of them cost time, and the best ones are as good. */
const MAX_HITS = 300

/** A longer hit is cut: one old essay must not crowd out seven short facts. */
const MAX_HIT_CHARS = 1200

/** Where memory looks: for words in the store and, where a model tells it, for meaning. */
export type Sources = { store: Store; near?: Embedding['near'] }

/** The window of a message, the summary behind it, and what else of the past the message asks for. */
export async function recallFor(
  sources: Sources,
  settings: MemorySettings,
  ref: SessionRef,
  messageId: string,
  { memory = true, acrossSessions = false }: RecallOptions,
): Promise<Recall> {
  const { messages, summary } = await sources.store.getWindow(ref, messageId, { limit: WINDOW_MESSAGES })
  const window = newestWithin(messages, WINDOW_TOKENS)
  const context = (memory && summary?.context) || null
  // What the budget cut off the window is searched too: it is in no summary yet.
  const throughPosition = (window[0]?.position ?? 1) - 1
  const scopes: SearchScope[] = [
    { ref, headId: messageId, throughPosition },
    ...(acrossSessions ? [{ namespaces: [ref.namespace], except: ref }] : []),
  ]
  const question = window.at(-1)?.content ?? ''
  const hits = memory && settings.longTermMemory ? await search(sources, question, scopes, MAX_RETRIEVED) : []
  const retrieved = bestWithin(hits.map(excerpt), RETRIEVED_TOKENS).sort(bySaying)
  return {
    summaryId: (memory && summary?.id) || null,
    context,
    retrieved,
    window,
    tokens: tokensOf({ context, window, retrieved }),
  }
}

/** The messages that a text asks for, nearest first. */
export const retrieve = (sources: Sources, text: string, within: RetrievalScope, limit: number) =>
  search(sources, text, [within], limit)

async function search(
  { store, near }: Sources,
  text: string,
  scopes: SearchScope[],
  limit: number,
): Promise<Retrieved[]> {
  const terms = searchTerms(text)
  const [found, meaning] = await Promise.all([
    Promise.all(scopes.map((scope) => store.searchMessages(scope, { terms, limit: MAX_HITS }))),
    near?.(scopes, text) ?? null,
  ])
  const places = rankPlaces(found.flat())
  return readBest(store, scopes, meaning ? withMeaning(places, meaning) : places, limit)
}

/** The best places where a message stands, with its text. */
async function readBest(
  store: Store,
  scopes: SearchScope[],
  places: RankedPlace[],
  limit: number,
): Promise<Retrieved[]> {
  let best: number | undefined
  const retrieved: Retrieved[] = []
  for (const batch of bestFirst(places, limit)) {
    best ??= batch[0]?.rank ?? 0
    const read = await Promise.all(
      scopes.map((scope) => {
        const within = batch.filter((place) => mayHold(scope, place))
        return within.length === 0 ? [] : store.readPlaces(scope, within)
      }),
    )
    const messages = new Map(read.flat().map((message) => [keyOf(message), message]))
    for (const place of batch) {
      const message = messages.get(keyOf(place))
      if (message) retrieved.push({ ...message, dist: 1 - place.rank / best })
    }
    // A neighbour may be no message: one of a forgotten message, or behind the last one.
    if (retrieved.length >= limit) break
  }
  return retrieved.slice(0, limit)
}

/** Whether a place can be in a scope, as far as its address tells. */
function mayHold(scope: SearchScope, { namespace, sessionId }: Place): boolean {
  const isIn = (ref?: SessionRef) => ref?.namespace === namespace && ref.sessionId === sessionId
  return 'ref' in scope ? isIn(scope.ref) : scope.namespaces.includes(namespace) && !isIn(scope.except)
}

const keyOf = ({ namespace, sessionId, position }: Place) => JSON.stringify([namespace, sessionId, position])

/** Positions order a session; times order sessions. */
const bySaying = (a: Retrieved, b: Retrieved) =>
  a.sessionId === b.sessionId ? a.position - b.position : a.createdAt - b.createdAt

/** The newest messages that fit; always the last one. */
export function newestWithin(messages: Message[], budget: number): Message[] {
  let tokens = 0
  const cut = messages.findLastIndex((message, index) => {
    tokens += estimateTokens(message.content)
    return index < messages.length - 1 && tokens > budget
  })
  return messages.slice(cut + 1)
}

function bestWithin<T extends Message>(messages: T[], budget: number): T[] {
  let tokens = 0
  return messages.filter((message) => {
    const size = estimateTokens(message.content)
    if (tokens + size > budget) return false
    tokens += size
    return true
  })
}

/** What of a message is given when it is retrieved. */
export const excerpt = <T extends Message>(message: T): T =>
  message.content.length <= MAX_HIT_CHARS
    ? message
    : { ...message, content: `${message.content.slice(0, MAX_HIT_CHARS)}…` }

/** The estimated tokens of what a reply is given, by part. */
export const tokensOf = ({
  context,
  window,
  retrieved,
}: Pick<Recall, 'context' | 'window' | 'retrieved'>): Recall['tokens'] => ({
  context: context ? estimateTokens(context) : 0,
  window: countTokens(window),
  retrieved: countTokens(retrieved),
})

const countTokens = (messages: Message[]) =>
  messages.reduce((sum, message) => sum + estimateTokens(message.content), 0)
