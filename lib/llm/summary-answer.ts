import { type Fact, factDate, factRole, formatFact, parseFacts } from '#lib/memory/facts.ts'
import type { SummaryInput } from '#lib/memory/memory.ts'
import { searchTerms, wordsOf } from '#lib/memory/terms.ts'

/** More of a line's content words than this must occur in its sources, in some inflection. */
const GROUNDED_SHARE = 0.6
const MAX_FACT_LENGTH = 300

const FACT_LINE = /^[-*•]\s+(\d{4}-\d{2}-\d{2})[\s,]+([^:]{1,32}):\s*(\S.*)$/u
const REPLACED_LINE = /^x\s+(- .+)$/u

/** With these a fact may begin although no source says so; any other capitalised word is a name until a source has it. */
const OPENERS = new Set(
  `user assistant they lives likes dislikes loves hates prefers wants needs plans works owns has had is was uses named
  called asked said told recommended suggested advised booked decided agreed confirmed planned moved bought visited
  allergic born married speaks studies`.split(/\s+/),
)

/**
 * The facts that a model's answer adds, and the known lines that it replaces. Strict: only well-formed lines on the dates and
 * roles of the messages, whose numbers and names, and most of whose words, occur in what was said. A known line goes
 * only for a new one on the same thing. Throws when the answer is empty.
 */
export function parseSummaryAnswer(
  answer: string,
  sources: { context: string | null; messages: readonly SummaryInput[] },
): { added: Fact[]; replaced: ReadonlySet<string> } {
  const text = answer.replace(/<think>[\s\S]*?<\/think>/gu, '').trim()
  if (text === '') throw new Error('The model answered nothing to the request for a summary.')
  const lines = text.split('\n').map((line) => line.trim())
  const said = saidBy(sources.messages)
  const known = new Set(parseFacts(sources.context).map(formatFact))
  const added = lines
    .flatMap(readFact)
    .filter(
      (fact) =>
        said.keys.has(keyOf(fact)) && !known.has(formatFact(fact)) && isGrounded(fact.text, said.text),
    )
  const replaced = lines
    .flatMap((line) => REPLACED_LINE.exec(line)?.[1] ?? [])
    .filter((line) => known.has(line) && added.some((fact) => sameSubject(line, fact)))
  return { added, replaced: new Set(replaced) }
}

function readFact(line: string): Fact[] {
  const [, date, role, text] = FACT_LINE.exec(line) ?? []
  if (date === undefined || role === undefined || text === undefined || text.length > MAX_FACT_LENGTH)
    return []
  return [{ date, role: factRole(role), text: text.replace(/\*\*|`/gu, '').trim() }]
}

function keyOf({ date, role }: Fact): string {
  return `${date} ${role?.toLowerCase()}`
}

function saidBy(messages: readonly SummaryInput[]): { keys: Set<string>; text: string } {
  const keys = messages.map(({ role, createdAt }) =>
    keyOf({ date: factDate(createdAt), role: factRole(role), text: '' }),
  )
  const dates = messages.map(({ createdAt }) => factDate(createdAt))
  const text = ` ${[...messages.map(({ content }) => content), ...dates].flatMap(wordsOf).join(' ')} `
  return { keys: new Set(keys), text }
}

/** `said` is lower-case words between single spaces, with one at either end. */
function isGrounded(fact: string, said: string): boolean {
  const holds = (word: string) => said.includes(` ${word} `)
  const [first] = wordsOf(fact)
  const names = (fact.match(/\p{Lu}[\p{L}\p{M}'’-]*/gu) ?? []).flatMap(wordsOf)
  const numbers = (fact.match(/[\p{L}-]*\p{N}[\p{L}\p{N}-]*/gu) ?? [])
    .filter((word) => !isDatePart(word, fact))
    .flatMap(wordsOf)
  const invented = [...names, ...numbers].filter(
    (word) => !holds(word) && !(word === first && mayOpen(word, said)),
  )
  if (invented.some((word) => word !== 'i' && !CONTRACTION.test(word))) return false
  const content = searchTerms(fact).flatMap(wordsOf)
  const held = content.filter((word) => said.includes(` ${word.slice(0, 4)}`))
  return content.length > 0 && held.length / content.length >= GROUNDED_SHARE
}

const CONTRACTION = /^i(?:m|ve|d|ll)$/u

function mayOpen(word: string, said: string): boolean {
  return OPENERS.has(word) || FUNCTION_WORD.test(word) || said.includes(` ${word.slice(0, 4)}`)
}

const FUNCTION_WORD =
  /^(?:my|our|we|i|the|a|an|his|her|their|its|not|no|never|does|do|is|are|in|on|at|from|for|to|with|wants?|your|you)$/u

/** "Tomorrow" may become a date of its own, which no source spells out; only whole dates are excused. */
function isDatePart(word: string, fact: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/u.test(word) && fact.includes(word)
}

function sameSubject(line: string, fact: Fact): boolean {
  const [old] = parseFacts(line)
  if (old === undefined || old.role === null || old.role.toLowerCase() !== fact.role?.toLowerCase())
    return false
  const words = new Set(wordsOf(fact.text).map((word) => word.slice(0, 4)))
  return contentOf(old.text).some((word) => words.has(word.slice(0, 4)))
}

function contentOf(text: string): string[] {
  return searchTerms(text).flatMap(wordsOf)
}
