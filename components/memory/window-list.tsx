import type { MemoryView } from '#lib/chat/memory-types.ts'
import { JumpButton } from './jump.tsx'
import { countOf, isRemembered, speakerOf } from './memory-words.ts'

/** The messages that go to the model as they were written. */
export function WindowList({ view, sessionId }: { view: MemoryView; sessionId: string }) {
  const { window: messages, olderMessages, windowTokens, maxWindow } = view
  const tokens = countOf(windowTokens, 'token')
  return (
    <section aria-labelledby="memory-window">
      <h3 id="memory-window" className="font-medium text-sm">
        Word for word
      </h3>
      <p className="mt-0.5 mb-2 text-ink-muted text-xs">
        {countOf(olderMessages + messages.length, 'message')}
        {olderMessages > 0
          ? `; the newest ${messages.length}, about ${tokens}, are listed.`
          : `, about ${tokens}.`}
        {isRemembered(view) && ` Beyond ${maxWindow}, the older half is summarised.`}
      </p>
      <ol>
        {messages.map(({ id, role, start, tokens }) => (
          <li key={id}>
            <JumpButton to={{ sessionId, messageId: id }}>
              <span className="flex items-baseline gap-2 text-sm leading-snug">
                <span className="w-[4.25rem] shrink-0 text-ink-faint text-xs">{speakerOf(role)}</span>
                <span dir="auto" className="min-w-0 grow truncate">
                  {start || 'an empty reply'}
                </span>
                <span className="shrink-0 text-ink-faint text-xs tabular-nums">{tokens}</span>
              </span>
            </JumpButton>
          </li>
        ))}
      </ol>
    </section>
  )
}
