'use client'

import { useEffect } from 'react'
import { late } from '#components/ui/late.tsx'
import { setMemoryOpen, toggleMemory, useMemoryPanel } from '#lib/client/memory-panel-state.ts'
import { onPageEvent } from '#lib/client/page-events.ts'
import type { SessionStore } from '#lib/client/session-state.ts'

const Panel = late(async () => (await import('./memory-panel.tsx')).MemoryPanel)

type Props = {
  sessionId: string
  store: SessionStore
  /** The server has the session. */
  exists: boolean
  /** Changes when the conversation does: the memory is looked at again. */
  moment: unknown
}

const close = () => setMemoryOpen(false)

/** The place of the memory beside a conversation; what stands there is loaded when it is opened. */
export function MemoryDock(props: Props) {
  const { open } = useMemoryPanel()
  useEffect(() => onPageEvent('toggle-memory', toggleMemory), [])
  return open && <Panel {...props} onMissing={close} />
}
