import type { MemorySettings, Recall, RecallOptions, RetrievalScope, Retrieved } from './memory.ts'
import type { Message, SearchScope, SessionRef, Store } from './store/store.ts'
import { searchTerms } from './terms.ts'
import { estimateTokens } from './tokens.ts'

/** What memory may take of a prompt. The newest message is given whole, whatever its length. */
export const WINDOW_TOKENS = 12_000
const RETRIEVED_TOKENS = 1200
const MAX_RETRIEVED = 8

/** A longer hit is cut: one old essay must not crowd out seven short facts. */
const MAX_HIT_CHARS = 1200

/** The window of a message, the summary behind it, and what else of the past the message asks for. */
export async function recallFor(
  store: Store,
  settings: MemorySettings,
  ref: SessionRef,
  messageId: string,
  { memory = true, acrossSessions = false }: RecallOptions,
): Promise<Recall> {
  const { messages, summary } = await store.getWindow(ref, messageId)
  const window = newestWithin(messages, WINDOW_TOKENS)
  const context = (memory && summary?.context) || null
  // What the budget cut off the window is searched too: it is in no summary yet.
  const throughPosition = (window[0]?.position ?? 1) - 1
  const scopes: SearchScope[] = [
    { ref, headId: messageId, throughPosition },
    ...(acrossSessions ? [{ namespaces: [ref.namespace], except: ref }] : []),
  ]
  const question = window.at(-1)?.content ?? ''
  const hits = memory && settings.longTermMemory ? await search(store, question, scopes, MAX_RETRIEVED) : []
  const retrieved = bestWithin(hits.map(excerpt), RETRIEVED_TOKENS).sort(bySaying)
  return {
    summaryId: (memory && summary?.id) || null,
    context,
    retrieved,
    window,
    tokens: {
      context: context ? estimateTokens(context) : 0,
      window: countTokens(window),
      retrieved: countTokens(retrieved),
    },
  }
}

/** The messages that a text asks for, nearest first. */
export const retrieve = (store: Store, text: string, within: RetrievalScope, limit: number) =>
  search(store, text, [within], limit)

async function search(
  store: Store,
  text: string,
  scopes: SearchScope[],
  limit: number,
): Promise<Retrieved[]> {
  const terms = searchTerms(text)
  const found = await Promise.all(scopes.map((scope) => store.searchMessages(scope, { terms, limit })))
  const hits = found
    .flat()
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
  const best = hits[0]?.score ?? 0
  return hits.map(({ score, ...message }) => ({ ...message, dist: 1 - score / best }))
}

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

export const countTokens = (messages: Message[]) =>
  messages.reduce((sum, message) => sum + estimateTokens(message.content), 0)
