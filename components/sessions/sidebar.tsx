'use client'

import { Search, Settings, SquarePen } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useEffect, useState } from 'react'
import { late } from '#components/ui/late.tsx'
import type { SessionPage } from '#lib/chat/types.ts'
import { showOverlay } from '#lib/client/overlays.ts'
import { announce } from '#lib/client/page-events.ts'
import { sessionsStore } from '#lib/client/sessions-store.ts'
import { useSidebar } from '#lib/client/sidebar-state.ts'
import { Brand } from './brand.tsx'
import { SessionList } from './session-list.tsx'

type Props = { initial: SessionPage; now: number }

/** Only narrow screens have it, and only when it is opened. */
const Drawer = late(async () => (await import('./drawer.tsx')).Drawer)

const LINE =
  'flex items-center gap-2.5 rounded-lg px-3 py-2 text-left text-sm transition-colors hover:bg-hover pointer-coarse:py-3'

/** The way to every session: a column on a wide screen, a drawer on a narrow one. */
export function Sidebar({ initial, now }: Props) {
  const { collapsed, open, setOpen } = useSidebar()
  const [wasOpen, setWasOpen] = useState(false)
  if (open && !wasOpen) setWasOpen(true)
  // The store lives as long as the page; what the server rendered is where it starts.
  useState(() => typeof window !== 'undefined' && sessionsStore.init(initial))
  useEffect(() => sessionsStore.connect(), [])
  const close = () => setOpen(false)
  const forgetDrawer = () => {
    close()
    setWasOpen(false)
  }

  const content = (
    <nav aria-label="Sessions" className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-col px-2">
        <Link
          href="/"
          onClick={() => {
            announce('new-chat')
            close()
          }}
          className={`${LINE} font-medium`}
        >
          <SquarePen size={16} aria-hidden />
          New chat
        </Link>
        <button
          type="button"
          className={LINE}
          onClick={() => {
            // On top of a drawer it would be taken for a part of it.
            if (open) history.back()
            showOverlay('search')
          }}
        >
          <Search size={16} aria-hidden />
          Search
        </button>
      </div>
      <SessionList initial={initial} now={now} onOpen={close} />
    </nav>
  )
  const settings = <SettingsLink onOpen={close} />

  return (
    <>
      {!collapsed && (
        <div className="hidden w-64 shrink-0 flex-col border-line border-r bg-surface pt-2 md:flex">
          <Brand />
          {content}
          {settings}
        </div>
      )}
      {wasOpen && (
        <Drawer open={open} onOpenChange={setOpen} onMissing={forgetDrawer}>
          {content}
          {settings}
        </Drawer>
      )}
    </>
  )
}

function SettingsLink({ onOpen }: { onOpen: () => void }) {
  const isOpen = usePathname() === '/settings'
  return (
    <div className="border-line border-t px-2 py-2">
      <Link
        href="/settings"
        prefetch={false}
        onClick={onOpen}
        aria-current={isOpen ? 'page' : undefined}
        className={`${LINE} ${isOpen ? 'bg-hover' : ''}`}
      >
        <Settings size={16} aria-hidden />
        Settings
      </Link>
    </div>
  )
}
