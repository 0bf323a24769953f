'use client'

import { MoreHorizontal, Pencil, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { toast } from 'sonner'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Menu, MenuItem } from '#components/ui/menu.tsx'
import type { SessionItem } from '#lib/chat/types.ts'
import { sessionsStore } from '#lib/client/sessions-store.ts'
import { TitleEditor } from './title-editor.tsx'

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
  const { id, title, running } = session

  async function rename(next: string): Promise<void> {
    setRenaming(false)
    const problem = await sessionsStore.rename(id, next)
    if (problem) toast.error(problem)
  }

  async function remove(): Promise<void> {
    onRemoved(id)
    const result = await sessionsStore.remove(id)
    if ('problem' in result) {
      toast.error(result.problem)
      return
    }
    toast('Chat deleted', {
      duration: Math.max(result.undoUntil - Date.now() - 500, 1000),
      action: { label: 'Undo', onClick: () => void undo() },
    })
  }

  async function undo(): Promise<void> {
    const problem = await sessionsStore.restore(id)
    if (problem) toast.error('It is too late to bring this chat back.')
    else if (isOpen) onRestored(id)
  }

  if (renaming) {
    return (
      <TitleEditor title={title} onSave={(next) => void rename(next)} onCancel={() => setRenaming(false)} />
    )
  }
  return (
    <li
      className={`session-row group relative flex items-center rounded-lg ${isOpen ? 'bg-hover' : 'hover:bg-hover'}`}
    >
      <Link
        href={`/s/${id}`}
        prefetch={false}
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
      <span className="session-menu absolute right-1">
        <Menu
          trigger={
            <IconButton label="Session menu" className="size-7">
              <MoreHorizontal size={16} aria-hidden />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil size={15} aria-hidden />} onSelect={() => setRenaming(true)}>
            Rename
          </MenuItem>
          <MenuItem icon={<Trash2 size={15} aria-hidden />} danger onSelect={() => void remove()}>
            Delete
          </MenuItem>
        </Menu>
      </span>
    </li>
  )
}
