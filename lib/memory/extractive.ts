import { withoutEchoes, withWritten } from './echoes.ts'
import { factTopic } from './fact-topic.ts'
import { laterVersions } from './fact-updates.ts'
import { factValue, WORTHLESS } from './fact-value.ts'
import { type Fact, factDate, factRole, formatFact, parseFacts } from './facts.ts'
import type { Summarize, SummaryInput } from './memory.ts'
import { sentencesOf } from './sentences.ts'
import { estimateTokens } from './tokens.ts'

/** A summariser that may be given what a model has written of the messages, which then takes the place of their sentences. */
export type Extract = (
  input: Parameters<Summarize>[0] & { written?: readonly Fact[] },
) => ReturnType<Summarize>

/**
 * A summariser without a model: the most telling sentences of the messages, word for word, as dated and attributed facts,
 * merged with those of the context. The same input always gives the same context; messages without text change
 * nothing.
 */
export const extractFacts: Extract = async ({ context, messages, maxTokens, signal, written = [] }) => {
  signal.throwIfAborted()
  const found = withWritten(factsOf(messages), written)
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
  const latest = latestOfEach(withoutEchoes(facts.toSorted(byDate)))
  const later = laterVersions(latest)
  const candidates = latest.map((fact, index): Candidate => {
    const line = formatFact(fact)
    const recency = index / latest.length // a tie-break: less than any cue is worth
    const needs = later[index] ?? []
    return { line, index, needs, value: factValue(fact) + recency, tokens: estimateTokens(`${line}\n`) }
  })
  // What became of a fact is worth as much as the fact: from the oldest on, as a change may be changed again.
  for (const { needs, value } of candidates)
    for (const index of needs) raise(candidates[index], value + 1 / candidates.length)
  const worthy = candidates.filter(({ value }) => value > WORTHLESS)
  const kept = fill(worthy.length > 0 ? worthy : candidates, maxTokens)
  return kept.map(({ line }) => line).join('\n')
}

/** `needs`: the candidates without which it says what is no longer so. */
type Candidate = { line: string; index: number; needs: number[]; value: number; tokens: number }

function raise(candidate: Candidate | undefined, value: number): void {
  if (candidate) candidate.value = Math.max(candidate.value, value)
}

/** Lines in a form of their own come first: they stand for what was before. */
function byDate(a: Fact, b: Fact): number {
  return (a.date ?? '') < (b.date ?? '') ? -1 : (a.date ?? '') > (b.date ?? '') ? 1 : 0
}

function fill(candidates: readonly Candidate[], maxTokens: number): Candidate[] {
  let left = maxTokens
  const kept = new Set<number>()
  const chosen = candidates
    .toSorted((a, b) => b.value - a.value)
    .filter(({ index, needs, tokens }) => {
      if (tokens > left || !needs.every((each) => kept.has(each))) return false
      left -= tokens
      kept.add(index)
      return true
    })
  return chosen.toSorted((a, b) => a.index - b.index)
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
