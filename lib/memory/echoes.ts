import { valuesOf } from './fact-updates.ts'
import type { Fact } from './facts.ts'
import { searchTerms, wordsOf } from './terms.ts'

/** Of the content words of the wordier of two texts, what the other must hold to be a version of it. */
const ECHO_SHARE = 0.75
const DENIAL = /\b(?:not|never|no|nobody|cannot)\b|n['’]t\b/iu
/** What people put around a statement that they repeat. A word that may be the news is none of these. */
const ASIDE = /\b(?:btw|by the way|fyi|you know|oh|please)\b/giu

/**
 * Of what is said again on one day by one side, with the same numbers and names and most of the same words, the later, in its
 * place: the word that differs is mostly the news. Where they differ only in asides, the shorter. `facts`: in the
 * order in which they were said.
 */
export function withoutEchoes(facts: readonly Fact[]): Fact[] {
  const said = createSaid()
  const standing = new Set<Fact>()
  const groups = new Map<string, Fact[]>()
  for (const fact of facts) {
    const key = groupOf(fact)
    const earlier = key === null ? [] : (groups.get(key) ?? [])
    const alike = earlier.filter((other) => isVersion(said(other.text), said(fact.text)))
    const stays = alike.find((other) => saysTheSame(said(other.text), said(fact.text))) ?? fact
    for (const other of alike) standing.delete(other)
    standing.add(stays)
    if (key !== null) groups.set(key, [...earlier.filter((other) => !alike.includes(other)), stays])
  }
  return [...standing]
}

/**
 * The sentences of messages with the lines that a model wrote of them: a line and the sentence that it was made of are said
 * once, by the shorter, where the sentence stood, as what was said after it may correct it. Lines of no known sentence
 * come first.
 */
export function withWritten(sentences: readonly Fact[], written: readonly Fact[]): Fact[] {
  const said = createSaid()
  const groups = new Map<string, Fact[]>()
  for (const sentence of sentences) {
    const key = groupOf(sentence)
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), sentence])
  }
  const wording = new Map<Fact, Fact>()
  const others: Fact[] = []
  for (const line of written) {
    const key = groupOf(line)
    const group = key === null ? [] : (groups.get(key) ?? [])
    const source = sourceOf(said(line.text), group, said)
    if (source === null) others.push(line)
    else if (line.text.length < (wording.get(source) ?? source).text.length) wording.set(source, line)
  }
  return [...others, ...sentences.map((sentence) => wording.get(sentence) ?? sentence)]
}

/** The sentence that holds most of a line's words; of equal ones the first, as the second may bring news that the line lacks. */
function sourceOf(line: Said, sentences: readonly Fact[], said: Reading): Fact | null {
  const [best] = sentences
    .filter(({ text }) => isVersion(line, said(text)))
    .map((sentence) => ({ sentence, held: countShared(line.words, said(sentence.text).words) }))
    .toSorted((a, b) => b.held - a.held)
  return best?.sentence ?? null
}

/** What must be equal in all versions of a statement; `null` for what has no version. */
function groupOf({ date, role, text }: Fact): string | null {
  const values = [...valuesOf(text)].sort().join(' ')
  return role === null || values === '' ? null : `${date} ${role} ${values}`
}

/** `plain`: without asides and punctuation, and with all that may be news, as a sign of money. */
type Said = { length: number; plain: string; words: Set<string>; content: Set<string>; denies: boolean }

type Reading = (text: string) => Said

/** What texts say, found once for each: every one of a busy day is compared with all before it. */
function createSaid(): Reading {
  const known = new Map<string, Said>()
  return (text) => {
    const found = known.get(text) ?? read(text)
    known.set(text, found)
    return found
  }
}

function read(text: string): Said {
  const parts = text
    .toLowerCase()
    .replace(ASIDE, ' ')
    .split(/[\s.,;:!?…"()]+/u)
  return {
    length: text.length,
    plain: parts.filter((part) => part !== '').join(' '),
    words: new Set(wordsOf(text)),
    content: new Set(searchTerms(text)),
    denies: DENIAL.test(text),
  }
}

function isVersion(one: Said, other: Said): boolean {
  const wordier = Math.max(one.content.size, other.content.size)
  return one.denies === other.denies && countShared(one.content, other.content) >= wordier * ECHO_SHARE
}

function saysTheSame(earlier: Said, later: Said): boolean {
  return earlier.plain === later.plain && earlier.length <= later.length
}

function countShared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return [...one].filter((word) => other.has(word)).length
}
