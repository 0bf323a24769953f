import type { MemoryView } from '#lib/chat/memory-types.ts'
import { countOf } from './memory-words.ts'

/** Every message, counted: in the summary, or word for word. */
export function AuditSection({ view }: { view: MemoryView }) {
  const { audit } = view
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
      <p className="text-ink-muted text-xs leading-relaxed">{searchSentence(view)}</p>
    </section>
  )
}

function searchSentence({ search, temporary, program }: MemoryView): string {
  const { longTerm, memory, acrossSessions } = search
  if (temporary) return 'A temporary chat: it is not remembered anywhere else, and is not summarised.'
  if (!memory) return 'Memory is switched off in Settings: replies are given the newest messages alone.'
  if (!longTerm) return 'Older messages are not searched on this server: replies are given the summary.'
  if (!acrossSessions) return 'Every message stays searchable, in this chat alone.'
  const others = program ? 'in the other chats of this program' : 'in your other chats'
  return `Every message stays searchable, ${others}, too.`
}
