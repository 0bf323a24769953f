'use client'

import { useEffect, useState } from 'react'
import type { FactSource, SummaryDetail } from '#lib/chat/memory-types.ts'
import { getFactSource, getSummary } from '#lib/client/memory-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { Mention } from './mention.tsx'
import { useForgotten } from './use-forgotten.ts'

type Props = { sessionId: string; summaryId: string; line: number }
type Origin = { source: FactSource['source']; usedBy: SummaryDetail['usedBy'] }

/** Where a fact was said, and which replies were given it. */
export function FactOrigin({ sessionId, summaryId, line }: Props) {
  const [origin, setOrigin] = useState<Origin | string | null>(null)
  const forgotten = useForgotten()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was forgotten is the reason to look again
  useEffect(() => {
    let wanted = true
    const show = (found: Origin | string) => wanted && setOrigin(found)
    Promise.all([getFactSource(sessionId, summaryId, line), getSummary(sessionId, summaryId)]).then(
      ([{ source }, { usedBy }]) => show({ source, usedBy }),
      (error) => show(sentenceOf(error)),
    )
    return () => {
      wanted = false
    }
  }, [sessionId, summaryId, line, forgotten])

  if (typeof origin === 'string') return <p className="px-4 py-2 text-danger text-sm">{origin}</p>
  return (
    <div className="mt-1 mb-2 ml-1.5 space-y-2 border-line border-l-2 py-1 pl-4" aria-busy={origin === null}>
      <div>
        <h5 className="text-ink-faint text-xs">Said here</h5>
        {origin?.source ? (
          <Mention mention={origin.source} />
        ) : (
          <p className="text-ink-muted text-sm">
            {origin ? 'No single message has these words: it was put together from several.' : '…'}
          </p>
        )}
      </div>
      <div>
        <h5 className="text-ink-faint text-xs">Given to these replies</h5>
        {origin?.usedBy.map((mention) => (
          <Mention key={mention.messageId} mention={mention} />
        ))}
        {origin?.usedBy.length === 0 && (
          <p className="text-ink-muted text-sm">None yet: the next reply is given it.</p>
        )}
      </div>
    </div>
  )
}
