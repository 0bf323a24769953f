'use client'

import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { IconButton } from '#components/ui/icon-button.tsx'
import { notifyProblem } from '#components/ui/notify.ts'
import { isComposing } from '#components/ui/text-field.ts'
import { retryWork } from '#lib/client/memory-api.ts'
import { useMemoryPanel } from '#lib/client/memory-panel-state.ts'
import { createMemoryStore } from '#lib/client/memory-store.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import type { SessionStore } from '#lib/client/session-state.ts'
import { AuditSection } from './audit-section.tsx'
import { ElsewhereNote } from './elsewhere-note.tsx'
import { SummarySection } from './summary-section.tsx'
import { UsageLine } from './usage-line.tsx'
import { useForgotten } from './use-forgotten.ts'
import { useSheet } from './use-sheet.ts'
import { UsedUpNote } from './used-up-note.tsx'
import { VersionList } from './version-list.tsx'
import { WindowList } from './window-list.tsx'
import { WorkLine } from './work-line.tsx'

type Props = { sessionId: string; store: SessionStore; exists: boolean; moment: unknown }

/** What is remembered of the open chat, and the ways to change it: a column, or a sheet over a narrow screen. */
export function MemoryPanel({ sessionId, store, exists, moment }: Props) {
  const [memory] = useState(() => createMemoryStore(sessionId, { onChanged: () => store.memoryChanged() }))
  const { view, problem } = useSyncExternalStore(memory.subscribe, memory.getState, memory.getState)
  const { summaryId, asked } = useMemoryPanel()
  const aside = useRef<HTMLElement>(null)
  const close = useSheet(aside)
  const forgotten = useForgotten()

  useEffect(() => {
    if (exists) return memory.connect()
  }, [memory, exists])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new moment is a reason to look again, a forgotten message another
  useEffect(() => {
    if (exists) memory.refresh()
  }, [memory, exists, moment, forgotten])

  async function tryNow(): Promise<void> {
    await retryWork(sessionId).catch((error: unknown) => notifyProblem(sentenceOf(error)))
    memory.refresh()
  }

  return (
    <aside
      ref={aside}
      aria-label="Memory"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return
        event.stopPropagation()
        close()
      }}
      className="fixed inset-0 z-40 flex flex-col bg-surface pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)] outline-none md:left-auto md:w-96 md:border-line md:border-l md:shadow-[0_0_3rem_rgb(0_0_0/0.14)] lg:static lg:w-[23rem] lg:shrink-0 lg:shadow-none"
    >
      <div className="flex h-12 shrink-0 items-center justify-between pr-2 pl-5">
        <h2 className="font-semibold text-sm">Memory</h2>
        <IconButton label="Close memory" onClick={close}>
          <X size={18} aria-hidden />
        </IconButton>
      </div>
      <div className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain px-5 pb-8">
        {!exists ? (
          <Note>
            Nothing is remembered of this chat yet. Say something, and watch here what becomes of it.
          </Note>
        ) : !view ? (
          problem ? (
            <Failure text={problem} />
          ) : (
            <Note>Looking at the memory…</Note>
          )
        ) : (
          <div className="space-y-7">
            {problem && <Failure text={problem} />}
            <div className="space-y-3">
              <AuditSection view={view} />
              <WorkLine work={view.work} onTry={() => void tryNow()} />
              {view.usedUp && <UsedUpNote of={view.usedUp} />}
              {view.elsewhere && <ElsewhereNote {...view.elsewhere} />}
            </div>
            <SummarySection sessionId={sessionId} view={view} memory={memory} />
            {view.versions.length > 0 && (
              <VersionList
                // Asked for from the thread: it is opened and in view, also when it was before.
                key={asked}
                sessionId={sessionId}
                versions={view.versions}
                older={view.olderVersions}
                openAt={summaryId}
              />
            )}
            <WindowList view={view} sessionId={sessionId} />
            <UsageLine usage={view.usage} />
          </div>
        )}
      </div>
    </aside>
  )
}

const Failure = ({ text }: { text: string }) => (
  <p role="alert" className="rounded-xl bg-danger-surface px-3 py-2 text-danger text-sm">
    {text}
  </p>
)

const Note = ({ children }: { children: ReactNode }) => (
  <p className="pt-1 text-ink-muted text-sm leading-relaxed">{children}</p>
)
