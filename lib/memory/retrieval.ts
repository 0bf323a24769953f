import type { MemorySettings, Recall } from './memory.ts'
import type { Message, SessionRef, Store } from './store/store.ts'
import { searchTerms } from './terms.ts'
import { estimateTokens } from './tokens.ts'

/** What memory may take of a prompt. The newest message is given whole, whatever its length. */
const WINDOW_TOKENS = 12_000
const RETRIEVED_TOKENS = 1200
const MAX_RETRIEVED = 8

/** A longer hit is cut: one old essay must not crowd out seven short facts. */
const MAX_HIT_CHARS = 1200

/** The window of a message, the summary behind it, and what else of its path the message asks for. */
export async function recallFor(
  store: Store,
  settings: MemorySettings,
  ref: SessionRef,
  messageId: string,
): Promise<Recall> {
  const { messages, summary } = await store.getWindow(ref, messageId)
  const window = newestWithin(messages, WINDOW_TOKENS)
  // What the budget cut off the window is searched too: it is in no summary yet.
  const throughPosition = (window[0]?.position ?? 1) - 1
  const question = window.at(-1)?.content ?? ''
  const hits = settings.longTermMemory
    ? await store.searchPath(ref, {
        headId: messageId,
        terms: searchTerms(question),
        throughPosition,
        limit: MAX_RETRIEVED,
      })
    : []
  const retrieved = bestWithin(hits.map(excerpt), RETRIEVED_TOKENS).sort((a, b) => a.position - b.position)
  const context = summary?.context || null
  return {
    summaryId: summary?.id ?? null,
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

/** The newest messages that fit; always the last one. */
function newestWithin(messages: Message[], budget: number): Message[] {
  let tokens = 0
  const cut = messages.findLastIndex((message, index) => {
    tokens += estimateTokens(message.content)
    return index < messages.length - 1 && tokens > budget
  })
  return messages.slice(cut + 1)
}

function bestWithin(messages: Message[], budget: number): Message[] {
  let tokens = 0
  return messages.filter((message) => {
    const size = estimateTokens(message.content)
    if (tokens + size > budget) return false
    tokens += size
    return true
  })
}

const excerpt = (message: Message): Message =>
  message.content.length <= MAX_HIT_CHARS
    ? message
    : { ...message, content: `${message.content.slice(0, MAX_HIT_CHARS)}…` }

const countTokens = (messages: Message[]) =>
  messages.reduce((sum, message) => sum + estimateTokens(message.content), 0)
