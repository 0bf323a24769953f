'use client'

import { useState } from 'react'
import type { FactItem, MemoryView } from '#lib/chat/memory-types.ts'
import { FactOrigin } from './fact-origin.tsx'
import { byDay, dayOf, speakerOf } from './memory-words.ts'

type Props = { sessionId: string; summary: NonNullable<MemoryView['summary']> }

/** The facts under their days; each tells where it came from and where it was used. */
export function FactList({ sessionId, summary }: Props) {
  const [opened, setOpened] = useState<number | null>(null)
  if (summary.facts.length === 0)
    return (
      <p className="mt-2 text-ink-muted text-sm">It is empty: nothing of what it covers goes to the model.</p>
    )
  return (
    <div className="mt-2.5 space-y-3">
      {byDay(summary.facts).map(({ date, facts }) => (
        <div key={`${date} ${facts[0]?.[0]}`}>
          {date && <h4 className="mb-0.5 text-ink-faint text-xs">{dayOf(date)}</h4>}
          <ul>
            {facts.map(([line, fact]) => (
              <li key={line}>
                <FactRow
                  fact={fact}
                  expanded={opened === line}
                  onToggle={() => setOpened(opened === line ? null : line)}
                />
                {opened === line && <FactOrigin sessionId={sessionId} summaryId={summary.id} line={line} />}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

function FactRow(props: { fact: FactItem; expanded: boolean; onToggle: () => void }) {
  const { fact, expanded, onToggle } = props
  return (
    <button
      type="button"
      aria-expanded={expanded}
      onClick={onToggle}
      className={`-mx-2 flex w-[calc(100%+1rem)] gap-2 rounded-lg px-2 py-1 text-left text-sm leading-snug transition-colors hover:bg-hover pointer-coarse:py-2.5 ${expanded ? 'bg-hover' : ''}`}
    >
      <span
        aria-hidden
        className={`mt-[0.45em] size-1.5 shrink-0 rounded-full ${fact.role === 'assistant' ? 'border border-ink-faint' : 'bg-ink-faint'}`}
      />
      <span dir="auto" className="wrap-anywhere min-w-0">
        {fact.role !== null && <span className="sr-only">{speakerOf(fact.role)}: </span>}
        {fact.text}
      </span>
    </button>
  )
}
