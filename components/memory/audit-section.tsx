import type { MemoryView } from '#lib/chat/memory-types.ts'
import { countOf } from './memory-words.ts'

/** Every message, counted: in the summary, or word for word. */
export function AuditSection({ view }: { view: MemoryView }) {
  const { audit, search, temporary } = view
  const number = (count: number) => count.toLocaleString('en')
  const share = audit.messages === 0 ? 0 : (audit.summarised / audit.messages) * 100
  return (
    <section aria-label="Audit" className="space-y-2.5">
      <p className="text-balance font-medium text-[0.95rem] leading-snug">
        {countOf(audit.messages, 'message')}: {number(audit.summarised)} summarised, {number(audit.window)}{' '}
        word for word, {number(audit.lost)} lost
      </p>
      <div aria-hidden className="flex h-1.5 gap-0.5 overflow-hidden rounded-full">
        {audit.summarised > 0 && (
          <span className="min-w-1 bg-accent" style={{ width: `${share}%` }} title="Summarised" />
        )}
        <span className="min-w-1 grow bg-ink-faint/45" title="Word for word" />
      </div>
      <p className="text-ink-muted text-xs leading-relaxed">{searchSentence(search, temporary)}</p>
    </section>
  )
}

function searchSentence(
  { longTerm, memory, acrossSessions }: MemoryView['search'],
  temporary: boolean,
): string {
  if (temporary) return 'A temporary chat: it is not remembered anywhere else, and is not summarised.'
  if (!memory) return 'Memory is switched off in Settings: replies are given the newest messages alone.'
  if (!longTerm) return 'Older messages are not searched on this server: replies are given the summary.'
  return acrossSessions
    ? 'Every message stays searchable, in your other chats, too.'
    : 'Every message stays searchable, in this chat alone.'
}
