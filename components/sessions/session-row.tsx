'use client'

import { Download, MoreHorizontal, Pencil, Pin, PinOff, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Menu } from '#components/ui/menu.tsx'
import { notify, notifyProblem } from '#components/ui/notify.ts'
import type { SessionItem } from '#lib/chat/types.ts'
import { TOO_LATE } from '#lib/client/api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { sessionsStore } from '#lib/client/sessions-store.ts'
import { TitleEditor } from './title-editor.tsx'
import { useApproach } from './use-approach.ts'

/** The server keeps it for ten seconds; half of one is for the way there. */
const UNDO_MS = 9500

type Props = {
  session: SessionItem
  /** It is the open one. */
  isOpen: boolean
  onOpen: () => void
  /** Deleted here: its page must be left when it is the open one. */
  onRemoved: (id: string) => void
  onRestored: (id: string) => void
}

export function SessionRow({ session, isOpen, onOpen, onRemoved, onRestored }: Props) {
  const [renaming, setRenaming] = useState(false)
  const menu = useRef<HTMLSpanElement>(null)
  const { isNear, approach, leave } = useApproach()
  const { id, title, running, pinned } = session

  /** By a key the focus was in the field, and has no other place to go to. */
  function endRenaming(byKey: boolean): void {
    if (!byKey) {
      setRenaming(false)
      return
    }
    flushSync(() => setRenaming(false))
    menu.current?.querySelector('button')?.focus()
  }

  async function rename(next: string): Promise<void> {
    const problem = await sessionsStore.rename(id, next)
    if (problem) void notifyProblem(problem)
  }

  async function pin(): Promise<void> {
    const problem = await sessionsStore.pin(id, !pinned)
    if (problem) void notifyProblem(problem)
  }

  async function save(format: 'markdown' | 'json'): Promise<void> {
    try {
      const { saveSession } = await import('#lib/client/library-api.ts')
      await saveSession(session, format)
    } catch (error) {
      void notifyProblem(sentenceOf(error))
    }
  }

  async function remove(): Promise<void> {
    onRemoved(id)
    const until = performance.now() + UNDO_MS
    const problem = await sessionsStore.remove(id)
    if (problem) void notifyProblem(problem)
    else void notify('Chat deleted', undoing(until))
  }

  /** `until` as `performance.now()` has it: the clocks of the server and of this device may differ by hours. */
  const undoing = (until: number) => ({
    ms: Math.max(until - performance.now(), 1000),
    action: { label: 'Undo', onClick: () => void undo(until) },
  })

  async function undo(until: number): Promise<void> {
    const problem = await sessionsStore.restore(id)
    if (problem) {
      const isOver = problem === TOO_LATE || performance.now() > until
      void notifyProblem(problem, isOver ? {} : undoing(until))
    } else if (isOpen) onRestored(id)
  }

  if (renaming) {
    return <TitleEditor title={title} onSave={(next) => void rename(next)} onEnd={endRenaming} />
  }
  return (
    <li
      className={`session-row group relative flex items-center rounded-lg ${isOpen ? 'bg-hover' : 'hover:bg-hover'}`}
    >
      <Link
        href={`/s/${id}`}
        prefetch={isNear}
        onPointerEnter={approach}
        onPointerLeave={leave}
        onFocus={approach}
        onBlur={leave}
        onClick={onOpen}
        title={title}
        aria-current={isOpen ? 'page' : undefined}
        className="min-w-0 grow truncate rounded-lg py-2 pr-12 pl-3 text-sm leading-5 pointer-coarse:py-3"
      >
        {title}
      </Link>
      {running && (
        <span className="pointer-events-none absolute right-9 size-2 animate-pulse rounded-full bg-accent pointer-coarse:right-12">
          <span className="sr-only">A reply is being written.</span>
        </span>
      )}
      <span ref={menu} className="session-menu absolute right-1">
        <Menu
          label="Session menu"
          icon={<MoreHorizontal size={16} aria-hidden />}
          className="size-7"
          items={[
            { label: 'Rename', icon: <Pencil size={15} aria-hidden />, onSelect: () => setRenaming(true) },
            {
              label: pinned ? 'Unpin' : 'Pin',
              icon: pinned ? <PinOff size={15} aria-hidden /> : <Pin size={15} aria-hidden />,
              onSelect: () => void pin(),
            },
            {
              label: 'Export',
              icon: <Download size={15} aria-hidden />,
              items: [
                { label: 'As Markdown, to read', onSelect: () => void save('markdown') },
                { label: 'As JSON, with every version', onSelect: () => void save('json') },
              ],
            },
            {
              label: 'Delete',
              icon: <Trash2 size={15} aria-hidden />,
              danger: true,
              onSelect: () => void remove(),
            },
          ]}
        />
      </span>
    </li>
  )
}
