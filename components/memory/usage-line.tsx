import type { MemoryView } from '#lib/chat/memory-types.ts'
import { countOf, USAGE_KINDS } from './memory-words.ts'

/** What the chat has taken of its models so far. */
export function UsageLine({ usage }: { usage: MemoryView['usage'] }) {
  const used = usage.filter(({ calls }) => calls > 0)
  if (used.length === 0) return null
  return (
    <section aria-labelledby="memory-usage">
      <h3 id="memory-usage" className="mb-1.5 font-medium text-sm">
        Model usage
      </h3>
      <dl className="space-y-1 text-sm">
        {used.map(({ kind, calls, inputTokens, outputTokens }) => (
          <div key={kind} className="flex items-baseline gap-2">
            <dt>{USAGE_KINDS[kind]}</dt>
            <dd className="grow text-ink-muted text-xs">{countOf(calls, 'call')}</dd>
            <dd className="text-ink-faint text-xs tabular-nums">
              {inputTokens.toLocaleString('en')} in, {countOf(outputTokens, 'token')} out
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
