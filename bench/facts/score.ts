import { parseFacts } from '#lib/memory/facts.ts'
import { estimateTokens } from '#lib/memory/tokens.ts'
import type { Listener } from './remember.ts'
import type { Planted, Told } from './story.ts'

/** Counts over facts, and over the numbers and names of summaries. */
export type Score = {
  facts: number
  inSummary: number
  inEither: number
  /** Facts that were changed, and of these those whose old value stands in the summary without the new one. */
  changed: number
  stale: number
  /** Denials in the summary, and of these those that still deny. */
  denials: number
  denied: number
  /** Numbers and names in the summary, and of these those that nobody said. */
  words: number
  invented: number
  tokens: number
}

export const NOTHING: Score = {
  ...{ facts: 0, inSummary: 0, inEither: 0, changed: 0, stale: 0 },
  ...{ denials: 0, denied: 0, words: 0, invented: 0, tokens: 0 },
}

const DENIAL = /\b(?:not|never|no|nobody|cannot)\b|n['’]t\b/iu

/** What a listener still knows of the facts that its summaries cover. */
export async function score(
  listener: Listener,
  told: readonly Told[],
  facts: readonly Planted[],
): Promise<Score> {
  const [context, covered] = [await listener.context(), await listener.covered()]
  const lines = parseFacts(context).map(({ text }) => text)
  const result = { ...NOTHING, tokens: estimateTokens(context) }
  const heard = told.map(({ content }) => content).join('\n')
  for (const fact of facts.filter(({ at }) => at < covered)) {
    const update = fact.updatedAt !== null && fact.updatedAt < covered ? fact.update : undefined
    const values = update?.values ?? fact.values
    const isKept = values.every((value) => context.includes(value))
    result.facts++
    result.inSummary += Number(isKept)
    result.inEither += Number(isKept || (await listener.finds(fact.question, values)))
    if (update) {
      result.changed++
      result.stale += Number(!isKept && fact.values.some((value) => context.includes(value)))
    }
    const line = fact.negated && lines.find((text) => fact.values.every((value) => text.includes(value)))
    if (line) {
      result.denials++
      result.denied += Number(DENIAL.test(line))
    }
  }
  for (const word of lines.flatMap(numbersAndNames)) {
    result.words++
    result.invented += Number(!heard.includes(word))
  }
  return result
}

export function add(one: Score, other: Score): Score {
  const sum = Object.keys(NOTHING).map((key) => [key, one[key as keyof Score] + other[key as keyof Score]])
  return { ...Object.fromEntries(sum), tokens: Math.max(one.tokens, other.tokens) }
}

const numbersAndNames = (text: string): string[] =>
  text.match(/[\p{L}-]*\p{N}[\p{L}\p{N}-]*|(?<=[\p{L}\p{N},] )\p{Lu}[\p{L}\p{M}]+/gu) ?? []
