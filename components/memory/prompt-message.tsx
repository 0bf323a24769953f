import type { PromptPart, PromptView } from '#lib/chat/memory-types.ts'
import { useJump } from './jump.tsx'
import { countOf } from './memory-words.ts'
import { PART_KINDS } from './prompt-parts.ts'

type Props = {
  message: PromptView['messages'][number]
  /** Somebody goes to a message that stands here. */
  onLeave: () => void
}

/** One message as it was sent, each part marked as what it is. */
export function PromptMessage({ message, onLeave }: Props) {
  const tokens = message.parts.reduce((sum, part) => sum + part.tokens, 0)
  return (
    <article aria-label={message.role}>
      <p className="mb-1 flex items-baseline justify-between text-xs">
        <span className="font-medium font-mono">{message.role}</span>
        <span className="text-ink-faint tabular-nums">{countOf(tokens, 'token')}</span>
      </p>
      <div className="overflow-hidden rounded-xl border border-line bg-code-surface">
        {message.parts.map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <Part key={index} part={part} onLeave={onLeave} />
        ))}
      </div>
    </article>
  )
}

function Part({ part, onLeave }: { part: PromptPart; onLeave: () => void }) {
  const jump = useJump()
  const { kind, text, tokens, sessionId, messageId } = part
  const { name, mark } = PART_KINDS[kind]
  const leadsTo = sessionId !== undefined && messageId ? { sessionId, messageId } : null
  return (
    <div className="flex gap-3 pr-3">
      <span aria-hidden className={`w-1 shrink-0 ${mark}`} title={name} />
      <div className="min-w-0 grow py-1.5">
        {kind !== 'frame' && (
          <p className="flex items-baseline justify-between gap-3 text-[0.7rem] text-ink-muted">
            <span>
              {name}
              {leadsTo && (
                <button
                  type="button"
                  onClick={() => {
                    onLeave()
                    jump(leadsTo)
                  }}
                  className="ml-2 rounded underline underline-offset-2 hover:text-ink"
                >
                  go to the message
                </button>
              )}
            </span>
            <span className="shrink-0 tabular-nums">{tokens}</span>
          </p>
        )}
        {kind === 'forgotten' ? (
          <p className="text-danger text-sm">What stood here was forgotten.</p>
        ) : (
          <pre
            className={`wrap-anywhere whitespace-pre-wrap font-mono text-xs leading-relaxed ${kind === 'frame' ? 'text-ink-faint' : 'text-ink'}`}
          >
            {text.replace(/\n$/u, '')}
          </pre>
        )}
      </div>
    </div>
  )
}
