import type { FactItem, MemoryView, ReceiptView, SummaryVersion } from '#lib/chat/memory-types.ts'

/** "1,204 messages", "1 message". */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

/** Whether a summary of the chat is made and given to its replies. */
export const isRemembered = ({ temporary, search }: Pick<MemoryView, 'temporary' | 'search'>): boolean =>
  !temporary && search.memory

/** Who made a summary. */
export function sourceOf({ source, model }: Pick<SummaryVersion, 'source' | 'model'>): string {
  switch (source) {
    case 'llm':
      return model ? `by ${model}` : 'by the model'
    case 'extractive':
      return 'without a model'
    case 'fallback':
      return 'without a model, as it failed'
    case 'person':
      return 'edited by you'
    case 'client':
      return 'set by a program'
    default:
      return source satisfies never
  }
}

/** Which messages it covers, counted from the first. */
export const rangeOf = (covers: number): string =>
  covers === 0
    ? 'before the first message'
    : covers === 1
      ? 'the first message'
      : `messages 1 to ${covers.toLocaleString('en')}`

/** The day of a fact as people write it; in the browser only. */
export const dayOf = (date: string): string =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString(undefined, {
    ...({ day: 'numeric', month: 'short', year: 'numeric' } as const),
    timeZone: 'UTC',
  })

/** "14:02" today, with the day before that. */
export function timeOf(at: number, now = Date.now()): string {
  const time = new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
  const isToday = new Date(at).toDateString() === new Date(now).toDateString()
  const day = new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
  return isToday ? time : `${day}, ${time}`
}

export const speakerOf = (role: string | null): string =>
  role === null || role === 'user' ? 'You' : role === 'assistant' ? 'Assistant' : role

/** Facts of one day in a row stand under it; those without a date under none. */
export function byDay(facts: readonly FactItem[]): { date: string | null; facts: [number, FactItem][] }[] {
  const groups: { date: string | null; facts: [number, FactItem][] }[] = []
  facts.forEach((fact, index) => {
    const last = groups.at(-1)
    if (last && last.date === fact.date) last.facts.push([index, fact])
    else groups.push({ date: fact.date, facts: [[index, fact]] })
  })
  return groups
}

/** "40 ms", "1.4 s", "12 s". */
export const secondsOf = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`

/** What a person waits for the first word of a reply: for the memory, then for the model. `null`: none came. */
export const firstWordAfter = (ms: ReceiptView['ms']): string | null =>
  ms?.first == null ? null : `first word after ${secondsOf(ms.memory + ms.first)}`

/** What each use of a model is called. */
export const USAGE_KINDS: Record<MemoryView['usage'][number]['kind'], string> = {
  reply: 'Replies',
  summary: 'Summaries',
  title: 'Titles',
  embedding: 'Search by meaning',
}

/** "$0.0021": three digits that count, however little it is. */
export const dollarsOf = (dollars: number): string =>
  dollars.toLocaleString('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 3 })
