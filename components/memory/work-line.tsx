import { useEffect, useState } from 'react'
import type { MemoryWork } from '#lib/chat/memory-types.ts'
import { countOf } from './memory-words.ts'

type Props = { work: MemoryWork; onTry: () => void }

/** How the summariser stands, while there is something to say about it. */
export function WorkLine({ work, onTry }: Props) {
  const failing = work.state === 'failing'
  return (
    <div role="status" className={failing ? '' : 'text-ink-muted text-xs'}>
      {failing ? (
        <div className="space-y-1.5 rounded-xl bg-notice-surface px-3.5 py-2.5 text-sm">
          <p className="text-pretty leading-snug">
            <strong className="font-medium">The summariser fails</strong> ({countOf(work.attempts, 'time')} so
            far). Nothing is lost: what it has not done is kept word for word.
          </p>
          <p className="flex flex-wrap gap-x-3">
            <Countdown to={work.nextTryAt} />
            <button type="button" onClick={onTry} className="font-medium underline underline-offset-4">
              Try now
            </button>
          </p>
        </div>
      ) : (
        sentenceFor(work)
      )}
    </div>
  )
}

function sentenceFor(work: Exclude<MemoryWork, { state: 'failing' }>): string {
  switch (work.state) {
    case 'idle':
      return ''
    case 'waiting':
      return work.rebuild ? 'The summary is to be made anew…' : 'Older messages are about to be summarised…'
    case 'running':
      return work.rebuild
        ? 'The summary is being made anew; the old one stays until the new one is there…'
        : 'Older messages are being summarised…'
    default:
      return work satisfies never
  }
}

/** Not part of what is read out: it would be read every second. */
function Countdown({ to }: { to: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, Math.round((to - now) / 1000))
  const wait = seconds > 90 ? countOf(Math.round(seconds / 60), 'minute') : countOf(seconds, 'second')
  return (
    <span className="text-ink-muted tabular-nums" aria-live="off">
      {seconds === 0 ? 'It is tried again now…' : `It is tried again in ${wait}.`}
    </span>
  )
}
