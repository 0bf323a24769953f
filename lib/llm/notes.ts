import type { Fact } from '#lib/memory/facts.ts'

const HEADER = 'Facts from earlier:'
const BLOCK = new RegExp(`^${HEADER}\\n(---[\\w-]+)\\n([\\s\\S]*?)\\n\\1\\n\\n`, 'u')
const NOTE = /^- (?:(\d{4}-\d{2}-\d{2}) ([^:]{1,32}): )?(".*")$/su

/**
 * A message with remembered notes in front of it, as one string: many servers accept nothing else as content. Each note
 * is one line, its text a JSON string, so that no text can end the block or add a line to it; `fence` must be random for each
 * request, so that none can imitate it. The form is the one of several in which a very small model finds a fact best.
 */
export function withNotes(notes: readonly Fact[], text: string, fence: string): string {
  if (notes.length === 0) return text
  return [HEADER, `---${fence}`, ...notes.map(noteLine), `---${fence}`, '', text].join('\n')
}

/** Takes apart what `withNotes` made; a message without notes has none. Lines that are no notes are left out. */
export function readNotes(message: string): { notes: Fact[]; text: string } {
  const block = BLOCK.exec(message)
  if (block?.[2] === undefined) return { notes: [], text: message }
  return { notes: block[2].split('\n').flatMap(readNote), text: message.slice(block[0].length) }
}

/** The line that a note is in a message. */
export function noteLine({ date, role, text }: Fact): string {
  const said = JSON.stringify(text)
  return date === null || role === null ? `- ${said}` : `- ${date} ${role}: ${said}`
}

function readNote(line: string): Fact[] {
  const [, date = null, role = null, said = ''] = NOTE.exec(line) ?? []
  try {
    const text: unknown = JSON.parse(said)
    return typeof text === 'string' ? [{ date, role, text }] : []
  } catch {
    return []
  }
}
