import type { PromptPart, PromptView } from '#lib/chat/memory-types.ts'
import { countOf, dollarsOf } from './memory-words.ts'
import { PART_KINDS } from './prompt-parts.ts'

/** What the parts weigh: as a bar, and as numbers. */
export function PartTotals({ prompt }: { prompt: PromptView }) {
  const parts = prompt.messages.flatMap((message) => message.parts)
  const total = parts.reduce((sum, { tokens }) => sum + tokens, 0)
  const { price } = prompt
  const costOf = (tokens: number) => (price ? `, ${dollarsOf((tokens / 1e6) * price.input)}` : '')
  const kinds = (Object.keys(PART_KINDS) as PromptPart['kind'][])
    .map((kind) => ({
      kind,
      tokens: parts.filter((part) => part.kind === kind).reduce((sum, { tokens }) => sum + tokens, 0),
    }))
    .filter(({ tokens }) => tokens > 0)
  return (
    <div>
      <div aria-hidden className="flex h-2 gap-px overflow-hidden rounded-full">
        {kinds.map(({ kind, tokens }) => (
          <span
            key={kind}
            className={`min-w-1 ${PART_KINDS[kind].mark}`}
            style={{ width: `${(tokens / total) * 100}%` }}
          />
        ))}
      </div>
      <ul aria-label="Tokens of each part" className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs">
        {kinds.map(({ kind, tokens }) => (
          <li key={kind} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-full ${PART_KINDS[kind].mark}`} />
            {PART_KINDS[kind].name}
            <span className="text-ink-muted tabular-nums">
              {countOf(tokens, 'token')}, {Math.round((tokens / total) * 100)} %{costOf(tokens)}
            </span>
          </li>
        ))}
        <li className="text-ink-muted tabular-nums">
          about {countOf(total, 'token')}
          {costOf(total)} in all, as we estimate
        </li>
      </ul>
    </div>
  )
}
