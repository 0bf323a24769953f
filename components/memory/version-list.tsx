'use client'

import { ChevronRight } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { SummaryVersion } from '#lib/chat/memory-types.ts'
import { getSummary } from '#lib/client/memory-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { countOf, rangeOf, sourceOf, timeOf } from './memory-words.ts'
import { VersionDetail } from './version-detail.tsx'

type Props = {
  sessionId: string
  /** Newest first. */
  versions: readonly SummaryVersion[]
  /** How many came before them. */
  older: number
  /** The one to begin with, in view. */
  openAt: string | null
}

/** How the summary came to be; each version tells what it changed. */
export function VersionList({ sessionId, versions, older, openAt }: Props) {
  const [opened, setOpened] = useState(openAt)
  const { early, problem } = useEarly(sessionId, versions, openAt)
  const asked = useRef<HTMLLIElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: one of long ago comes later than the others
  useEffect(() => {
    // No answer of the effect's: in newer browsers it is a promise.
    asked.current?.scrollIntoView({ block: 'nearest' })
  }, [early])
  const left = early ? older - 1 : older
  return (
    <section aria-labelledby="memory-versions">
      <h3 id="memory-versions" className="mb-1.5 font-medium text-sm">
        Versions
      </h3>
      <ol>
        {[...versions, ...(early ? [early] : [])].map((version) => (
          <li key={version.id} ref={version.id === openAt ? asked : undefined}>
            <button
              type="button"
              aria-expanded={opened === version.id}
              onClick={() => setOpened(opened === version.id ? null : version.id)}
              className="-mx-2 flex w-[calc(100%+1rem)] items-center gap-2 rounded-lg px-2 py-1.5 text-left text-sm transition-colors hover:bg-hover pointer-coarse:py-2.5"
            >
              <ChevronRight
                size={14}
                aria-hidden
                className={`shrink-0 text-ink-faint transition-transform ${opened === version.id ? 'rotate-90' : ''}`}
              />
              <span className="shrink-0 font-medium tabular-nums">Version {version.number}</span>
              <span className="min-w-0 grow truncate text-ink-muted text-xs">{whatItDid(version)}</span>
              <span className="shrink-0 text-ink-faint text-xs tabular-nums">
                {timeOf(version.createdAt)}
              </span>
            </button>
            {opened === version.id && (
              <div className="mt-1 mb-3 space-y-3 pl-[1.4rem]">
                <p className="text-ink-muted text-xs leading-relaxed">
                  Made {sourceOf(version)}; covers {rangeOf(version.covers)};{' '}
                  {countOf(version.tokens, 'token')}.
                </p>
                <VersionDetail sessionId={sessionId} summaryId={version.id} />
              </div>
            )}
          </li>
        ))}
      </ol>
      {left > 0 && (
        <p className="mt-1.5 text-ink-muted text-xs">
          {countOf(left, early ? 'other older version' : 'older version')}.
        </p>
      )}
      {problem && (
        <p role="alert" className="mt-1.5 text-danger text-sm">
          {problem}
        </p>
      )}
    </section>
  )
}

/** The list has the newest versions; one of before that is asked for is fetched by itself. */
function useEarly(sessionId: string, versions: readonly SummaryVersion[], askedFor: string | null) {
  const [early, setEarly] = useState<SummaryVersion | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const wanted = askedFor !== null && versions.every(({ id }) => id !== askedFor) ? askedFor : null
  useEffect(() => {
    if (wanted === null) return
    let current = true
    getSummary(sessionId, wanted).then(
      (found) => current && setEarly(found),
      (error) => current && setProblem(sentenceOf(error)),
    )
    return () => {
      current = false
    }
  }, [sessionId, wanted])
  // It is listed when those after it were undone.
  return wanted === null ? { early: null, problem: null } : { early, problem }
}

const whatItDid = (version: SummaryVersion): string =>
  version.source === 'person' || version.source === 'client'
    ? sourceOf(version)
    : `took in ${countOf(version.folded, 'message')}`
