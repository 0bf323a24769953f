'use client'

import { useState } from 'react'
import { toast } from 'sonner'
import { useFocusBack } from '#components/ui/use-focus-back.ts'
import type { MemoryView } from '#lib/chat/memory-types.ts'
import { TOO_LATE } from '#lib/client/api.ts'
import type { MemoryStore } from '#lib/client/memory-store.ts'
import { ContextEditor } from './context-editor.tsx'
import { FactList } from './fact-list.tsx'
import { countOf, isRemembered, rangeOf, sourceOf, timeOf } from './memory-words.ts'
import { SmallButton } from './small-button.tsx'

type Props = { sessionId: string; view: MemoryView; memory: MemoryStore }

/** So long an undo can be taken back from its notice. */
const UNDO_SHOWN_MS = 10_000

/** The summary in force: who made it of what, its facts, and what can be done to it. */
export function SummarySection({ sessionId, view, memory }: Props) {
  const { summary, work } = view
  const remembered = isRemembered(view)
  const [editing, setEditing] = useState<{ basedOn: string | null; context: string } | null>(null)

  async function undo(id: string, number: number): Promise<void> {
    const problem = await memory.undo(id)
    if (problem) return void toast.error(problem)
    toast(`Summary ${number} is undone: its messages are word for word again.`, redoing(id))
  }

  const redoing = (id: string) => ({
    duration: UNDO_SHOWN_MS,
    action: { label: 'Take it back', onClick: () => void redo(id) },
  })

  async function redo(id: string): Promise<void> {
    const problem = await memory.redo(id)
    if (problem) toast.error(problem, problem === TOO_LATE ? {} : redoing(id))
  }

  async function rebuild(): Promise<void> {
    const problem = await memory.rebuild()
    if (problem) toast.error(problem)
  }

  async function save(context: string): Promise<string | null> {
    const problem = await memory.edit(context, editing?.basedOn ?? null)
    if (!problem) setEditing(null)
    return problem
  }

  const editButton = useFocusBack(editing !== null)
  const edit = () => setEditing({ basedOn: summary?.id ?? null, context: summary?.context ?? '' })
  // What was made while it was remembered can be looked at and taken away; there is nothing else to be done.
  if (!summary && !remembered) return null
  return (
    <section aria-labelledby="memory-summary">
      <h3 id="memory-summary" className="font-medium text-sm">
        Summary
      </h3>
      {summary ? (
        <p className="mt-0.5 text-ink-muted text-xs leading-relaxed">
          Version {summary.number}, {sourceOf(summary)}, {timeOf(summary.createdAt)}; covers{' '}
          {rangeOf(summary.covers)}; {countOf(summary.tokens, 'token')}.
        </p>
      ) : (
        <p className="mt-0.5 text-ink-muted text-xs leading-relaxed">
          There is none yet: all of this chat still goes to the model word for word.
        </p>
      )}
      {editing && remembered ? (
        <ContextEditor initial={editing.context} onSave={save} onCancel={() => setEditing(null)} />
      ) : (
        <>
          {summary && <FactList sessionId={sessionId} summary={summary} />}
          <div className="mt-3 flex flex-wrap gap-1.5">
            {remembered && (
              <SmallButton ref={editButton} onClick={edit}>
                {summary ? 'Edit summary' : 'Write a summary'}
              </SmallButton>
            )}
            {summary && (
              <SmallButton onClick={() => void undo(summary.id, summary.number)}>Undo summary</SmallButton>
            )}
            {summary && summary.covers > 0 && remembered && (
              <SmallButton disabled={work.state === 'running'} onClick={() => void rebuild()}>
                Rebuild
              </SmallButton>
            )}
          </div>
        </>
      )}
    </section>
  )
}
