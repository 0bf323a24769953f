'use client'

import { Brain } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { IconButton } from '#components/ui/icon-button.tsx'
import { loadAhead } from '#components/ui/late.tsx'
import { toggleMemory, useMemoryPanel } from '#lib/client/memory-panel-state.ts'

/** In the header of a chat: opens and closes its memory. */
export function MemoryButton() {
  const pathname = usePathname()
  const { open } = useMemoryPanel()
  if (pathname !== '/' && !pathname.startsWith('/s/')) return null
  return (
    <IconButton
      label="Memory"
      data-memory-button
      aria-expanded={open}
      className={open ? 'bg-hover text-ink' : ''}
      onPointerEnter={() => loadAhead(() => import('./memory-panel.tsx'))}
      onClick={toggleMemory}
    >
      <Brain size={18} aria-hidden />
    </IconButton>
  )
}
