import type { Elsewhere } from '#lib/chat/memory-types.ts'

/** Whose memory the replies are given, when it is not ours, and how it stands. */
export function ElsewhereNote({ host, problem, limits, context, waiting, refused }: Elsewhere) {
  if (problem === null) {
    return (
      <section aria-label="Elsewhere" className="space-y-1.5 text-ink-muted text-xs leading-relaxed">
        <p>
          <strong className="font-medium text-ink">The Motörhead at {host}</strong> is the memory of this chat
          {waiting ? '; the newest messages are on their way there.' : '.'}
        </p>
        {context && (
          <details className="rounded-lg border border-line px-3 py-2">
            <summary className="cursor-pointer font-medium text-ink">What it holds as the context</summary>
            <p className="mt-1.5 max-h-60 overflow-y-auto whitespace-pre-wrap break-words text-ink">
              {context}
            </p>
          </details>
        )}
        {refused > 0 && (
          <p>
            {refused === 1 ? 'One message is' : `${refused} messages are`} kept here only: it did not take
            {refused === 1 ? ' it.' : ' them.'}
          </p>
        )}
        <p className="text-pretty">{limits}</p>
      </section>
    )
  }
  return (
    <section aria-label="Elsewhere" className="rounded-xl bg-notice-surface px-3.5 py-2.5 text-sm">
      <p role="status" className="text-pretty leading-snug">
        <strong className="font-medium">{problem}</strong> Replies are given the copy here
        {waiting ? ', and what is missing there is saved as soon as it answers.' : '.'}
      </p>
    </section>
  )
}
