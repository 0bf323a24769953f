/** One line of a context. `date` and `role` are `null` for a line that a person or a client wrote in their own form. */
export type Fact = { date: string | null; role: string | null; text: string }

const FACT_LINE = /^- (\d{4}-\d{2}-\d{2}) ([^:]{1,32}): (\S.*)$/
const LAST_DAY = 253_402_300_799_999 // 9999-12-31, the last one with a year of four digits

/** `- 2026-11-24 user: my name is Bob.` for each fact, or the line as its author wrote it. */
export function formatFact(fact: Fact): string {
  return fact.date === null || fact.role === null ? fact.text : `- ${fact.date} ${fact.role}: ${fact.text}`
}

/** The facts of a context, in its order; blank lines are none. Never throws: a foreign line is a fact of no one. */
export function parseFacts(context: string | null): Fact[] {
  return (context ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(parseFact)
}

function parseFact(line: string): Fact {
  const [, date, role, text] = FACT_LINE.exec(line) ?? []
  if (date === undefined || role === undefined || text === undefined)
    return { date: null, role: null, text: line }
  return { date, role, text }
}

/** The UTC day of a time in Unix milliseconds. */
export function factDate(at: number): string {
  const inRange = Math.min(Math.max(Number.isFinite(at) ? at : 0, 0), LAST_DAY)
  return new Date(inRange).toISOString().slice(0, 10)
}

/** A role as a fact line can hold it: one line, no colon, short. */
export function factRole(role: string): string {
  return (
    role
      .replace(/[\s:]+/gu, ' ')
      .trim()
      .slice(0, 32)
      .trim() || 'unknown'
  )
}
