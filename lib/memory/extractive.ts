import { factTopic } from './fact-topic.ts'
import { factValue, WORTHLESS } from './fact-value.ts'
import { type Fact, factDate, factRole, formatFact, parseFacts } from './facts.ts'
import type { Summarize, SummaryInput } from './memory.ts'
import { sentencesOf } from './sentences.ts'
import { estimateTokens } from './tokens.ts'

/**
 * A summariser without a model: the most telling sentences of the messages, word for word, as dated and attributed facts,
 * merged with those of the context. The same input always gives the same context; messages without text change
 * nothing.
 */
export const extractFacts: Summarize = async ({ context, messages, maxTokens, signal }) => {
  signal.throwIfAborted()
  const found = factsOf(messages)
  const grown =
    found.length === 0 ? (context ?? '') : mergeFacts([...parseFacts(context), ...found], maxTokens)
  return { context: grown, model: null }
}

/** Every sentence of the messages as a fact, in order. */
function factsOf(messages: readonly SummaryInput[]): Fact[] {
  return messages.flatMap(({ role, content, createdAt }) =>
    sentencesOf(content).map((text) => ({ date: factDate(createdAt), role: factRole(role), text })),
  )
}

/**
 * The lines of a context: repeated and superseded facts out, the least valuable dropped until the rest fits `maxTokens`,
 * oldest first. A later fact wins over an earlier one; on one day, the later of the order given.
 */
function mergeFacts(facts: readonly Fact[], maxTokens: number): string {
  const candidates = latestOfEach(facts.toSorted(byDate)).map((fact, index, all) => {
    const line = formatFact(fact)
    const recency = index / all.length // a tie-break: less than any cue is worth
    return { line, index, value: factValue(fact) + recency, tokens: estimateTokens(`${line}\n`) }
  })
  const worthy = candidates.filter(({ value }) => value > WORTHLESS)
  const kept = fill(worthy.length > 0 ? worthy : candidates, maxTokens)
  return kept.map(({ line }) => line).join('\n')
}

/** Lines in a form of their own come first: they stand for what was before. */
function byDate(a: Fact, b: Fact): number {
  return (a.date ?? '') < (b.date ?? '') ? -1 : (a.date ?? '') > (b.date ?? '') ? 1 : 0
}

function fill<T extends { index: number; value: number; tokens: number }>(
  candidates: T[],
  maxTokens: number,
): T[] {
  let left = maxTokens
  const kept = candidates
    .toSorted((a, b) => b.value - a.value)
    .filter(({ tokens }) => {
      if (tokens > left) return false
      left -= tokens
      return true
    })
  return kept.toSorted((a, b) => a.index - b.index)
}

function latestOfEach(facts: readonly Fact[]): Fact[] {
  const seen = new Set<string>()
  const latestFirst = facts.toReversed().filter((fact) => {
    const keys = [sameness(fact), factTopic(fact)].filter((key) => key !== null)
    if (keys.some((key) => seen.has(key))) return false
    for (const key of keys) seen.add(key)
    return true
  })
  return latestFirst.reverse()
}

function sameness({ role, text }: Fact): string {
  return `${role ?? ''}\n\n${
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim() || text
  }`
}
