'use client'

import { useEffect, useState } from 'react'
import type { FactChange, FactItem, SummaryDetail } from '#lib/chat/memory-types.ts'
import { getSummary } from '#lib/client/memory-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { dayOf, speakerOf } from './memory-words.ts'
import { Mention } from './mention.tsx'
import { useForgotten } from './use-forgotten.ts'

const SIGNS = { kept: ' ', added: '+', removed: '−', changed: '~' } as const
const NAMES = { kept: 'Kept', added: 'Added', removed: 'Removed', changed: 'Changed' } as const
const LOOKS = {
  kept: 'text-ink-muted',
  added: 'bg-added text-ink',
  removed: 'bg-removed text-ink-muted line-through decoration-ink-faint',
  changed: 'bg-changed text-ink',
} as const

/** What a version changed against the one before it, and which replies were given it. */
export function VersionDetail({ sessionId, summaryId }: { sessionId: string; summaryId: string }) {
  const [detail, setDetail] = useState<SummaryDetail | string | null>(null)
  const forgotten = useForgotten()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was forgotten is the reason to look again
  useEffect(() => {
    let wanted = true
    getSummary(sessionId, summaryId).then(
      (found) => wanted && setDetail(found),
      (error) => wanted && setDetail(sentenceOf(error)),
    )
    return () => {
      wanted = false
    }
  }, [sessionId, summaryId, forgotten])

  if (detail === null) return <p className="text-ink-muted text-sm">…</p>
  if (typeof detail === 'string') return <p className="text-danger text-sm">{detail}</p>
  const changes: FactChange[] =
    detail.since?.changes ?? detail.facts.map((fact) => ({ kind: 'added' as const, fact }))
  const kept = changes.filter(({ kind }) => kind === 'kept').length
  return (
    <>
      <div>
        <h4 className="mb-1 text-ink-faint text-xs">
          {detail.since ? `Compared with version ${detail.since.number}` : 'All of it is new'}
        </h4>
        <ul aria-label="Changes" className="space-y-0.5 text-sm leading-snug">
          {changes
            .filter(({ kind }) => kind !== 'kept')
            .map((change, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and lines may be alike
              <Change key={index} change={change} />
            ))}
        </ul>
        {kept > 0 && (
          <p className="mt-1 text-ink-muted text-xs">
            {kept === changes.length ? 'Nothing changed.' : `${kept} kept as they were.`}
          </p>
        )}
      </div>
      {detail.usedBy.length > 0 && (
        <div>
          <h4 className="text-ink-faint text-xs">Given to these replies</h4>
          {detail.usedBy.map((mention) => (
            <Mention key={mention.messageId} mention={mention} />
          ))}
        </div>
      )}
    </>
  )
}

function Change({ change }: { change: FactChange }) {
  const { kind, fact } = change
  return (
    <li className={`flex gap-2 rounded-md px-2 py-1 ${LOOKS[kind]}`}>
      <span aria-hidden className="shrink-0 font-mono no-underline">
        {SIGNS[kind]}
      </span>
      <span dir="auto" className="wrap-anywhere min-w-0">
        <span className="sr-only">{NAMES[kind]}: </span>
        {fact.text}
        {change.kind === 'changed' && (
          <del className="mt-0.5 block text-ink-muted text-xs decoration-ink-faint">
            <span className="sr-only">It was: </span>
            {change.before.text}
          </del>
        )}
        <span className="sr-only">{saidBy(fact)}</span>
      </span>
    </li>
  )
}

const saidBy = ({ date, role }: FactItem) => (date ? ` ${speakerOf(role)}, ${dayOf(date)}.` : '')
