import { isAssistant } from '#lib/memory/fact-value.ts'
import type { Fact } from '#lib/memory/facts.ts'
import { sentencesOf } from '#lib/memory/sentences.ts'
import { searchTerms, wordsOf } from '#lib/memory/terms.ts'

/** What the built-in answerer has to go by: all of it from the prompt. */
export type OfflineInput = {
  /** The newest message of the person. */
  question: string
  /** What memory gave to the prompt. */
  notes: readonly Fact[]
  /** The turns before the newest message, oldest first. */
  turns: readonly { role: 'user' | 'assistant'; text: string }[]
}

const MAX_QUOTES = 4

const HOW_TO_CONNECT =
  'No language model is connected, so I can only quote what this chat remembers. To connect one, set `OPENAI_API_KEY`, or `OPENAI_BASE_URL` for any compatible server, and restart; or start Ollama on this machine.'
const REMINDER = 'No language model is connected.'

const KEPT = 'What you wrote is kept word for word: ask about it and I will quote it.'
const FOUND = 'This is what memory holds on it, word for word:'
const NOTHING = 'Memory holds nothing on that.'

/**
 * An answer without a language model: the sentences that bear on the question, quoted with who said them and when. It
 * says that no model is connected (at length once per visible window), and never makes up a word.
 */
export function offlineAnswer(input: OfflineInput): string {
  const explained = input.turns.some(
    ({ role, text }) => role === 'assistant' && text.startsWith(HOW_TO_CONNECT),
  )
  const notice = explained ? REMINDER : HOW_TO_CONNECT
  const quotes = findQuotes(input)
  if (quotes.length > 0) return [notice, FOUND, ...quotes.map(formatQuote)].join('\n\n')
  return [notice, asksSomething(input.question) ? NOTHING : KEPT].join('\n\n')
}

/** Whether a reply was made here: such a reply is evidence of nothing. */
export function isOfflineAnswer(text: string): boolean {
  return text.startsWith(REMINDER) || text.startsWith(HOW_TO_CONNECT)
}

type Quote = { who: 'you' | 'I'; date: string | null; text: string; order: number; words: Set<string> }

function findQuotes(input: OfflineInput): Quote[] {
  if (!asksSomething(input.question)) return []
  const terms = searchTerms(input.question).flatMap(wordsOf).map(stem)
  const candidates = candidatesOf(input)
  const rarity = new Map(
    terms.map((term) => {
      const holding = candidates.filter(({ words }) => words.has(term)).length
      return [term, holding === 0 ? 0 : Math.log(1 + candidates.length / holding)]
    }),
  )
  const scored = candidates
    .map((quote) => ({ quote, score: scoreOf(quote, rarity) + introduces(quote, input.question) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.quote.order - b.quote.order)
  const best = scored[0]?.score ?? 0
  return scored
    .filter(({ score }) => score >= best * 0.5)
    .slice(0, MAX_QUOTES)
    .map(({ quote }) => quote)
    .sort((a, b) => a.order - b.order)
}

function scoreOf(quote: Quote, rarity: ReadonlyMap<string, number>): number {
  const sum = [...rarity].reduce((total, [term, weight]) => total + (quote.words.has(term) ? weight : 0), 0)
  return quote.who === 'you' ? sum : sum / 2
}

/** "Whats my name?" is answered by who introduces themselves, in as many words as that takes. */
function introduces(quote: Quote, question: string): number {
  const asksName = /\bname\b|\bwho am i\b|\bcalled\b/iu.test(question)
  const saysName =
    /\b(?:my name is|my name['’]?s|call me)\b|^(?:i['’]?m|i am|this is|it['’]?s) \p{L}+(?: \p{Lu}\p{L}+)?[.!]?$/iu.test(
      quote.text,
    )
  return asksName && saysName && quote.who === 'you' ? 3 : 0
}

function candidatesOf({ question, notes, turns }: OfflineInput): Quote[] {
  const remembered = notes.filter(
    ({ role, text }) => !(role !== null && isAssistant(role) && isOfflineAnswer(text)),
  )
  const said = turns.filter(({ role, text }) => !(role === 'assistant' && isOfflineAnswer(text)))
  const all = [
    ...remembered.map(({ role, date, text }) => ({
      who: role !== null && isAssistant(role) ? ('I' as const) : ('you' as const),
      date,
      text,
    })),
    ...said.map(({ role, text }) => ({
      who: role === 'user' ? ('you' as const) : ('I' as const),
      date: null,
      text,
    })),
  ]
  const seen = new Set([wordsOf(question).join(' ')])
  return all
    .flatMap(({ who, date, text }) => sentencesOf(text).map((sentence) => ({ who, date, text: sentence })))
    .filter(({ text }) => !asksSomething(text))
    .map((quote, order) => ({ ...quote, order, words: new Set(wordsOf(quote.text).map(stem)) }))
    .filter(({ text }) => {
      const key = wordsOf(text).join(' ')
      const isNew = !seen.has(key)
      seen.add(key)
      return isNew
    })
}

const ASKING =
  /^(?:(?:and|so|but|ok|hey|hi|hello|please)[, ]+)?(?:what|who|where|when|why|how|which|whose|do|does|did|can|could|would|should|is|are|am|was|were|will|have|has|tell|show|list|give|write|explain|remind|find|describe|summari[sz]e|translate|make|help)(?:['’]?(?:s|re|d|ll))?\b/iu

function asksSomething(text: string): boolean {
  return /[?？]\s*$/u.test(text) || ASKING.test(text.trim())
}

function formatQuote({ who, date, text }: Quote): string {
  const when = date === null ? 'earlier in this chat' : longDate(date)
  return `> ${text}\n>\n> — ${who}, ${when}`
}

function longDate(date: string): string {
  const time = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(time.getTime())) return date
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(time)
}

/** Enough of a stem to match "live", "lives" and "living"; the full-text index has a real one. */
function stem(word: string): string {
  return word.length <= 3 ? word : word.replace(/(?:ing|ies|ied|es|ed|s|e|y)$/u, '') || word
}
