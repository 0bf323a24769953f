'use client'

import { PanelLeft, Search, SquarePen } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { MemoryButton } from '#components/memory/memory-button.tsx'
import { Overlays } from '#components/palette/overlays.tsx'
import { ICON_BUTTON, IconButton } from '#components/ui/icon-button.tsx'
import { ThemeMenu } from '#components/ui/theme-menu.tsx'
import type { SessionPage } from '#lib/chat/types.ts'
import { showOverlay } from '#lib/client/overlays.ts'
import { announce } from '#lib/client/page-events.ts'
import { useSidebar } from '#lib/client/sidebar-state.ts'
import { HeaderTitle } from './header-title.tsx'
import { TemporaryButton } from './temporary-button.tsx'

type Props = { sidebar: ReactNode; sessions: SessionPage; children: ReactNode }

/** The frame of every screen: the sidebar, and beside it a header over the page. */
export function Shell({ sidebar, sessions, children }: Props) {
  const { open, setOpen, collapsed, setCollapsed } = useSidebar()
  return (
    <div className="flex h-dvh overflow-clip bg-canvas text-ink">
      {sidebar}
      <div className="flex min-w-0 flex-1 flex-col pt-[env(safe-area-inset-top)] pr-[env(safe-area-inset-right)] pl-[env(safe-area-inset-left)]">
        <header className="flex h-12 shrink-0 items-center gap-1 px-2 pointer-coarse:h-14">
          {/* Two of which one shows: the drawer of a narrow screen, the column of a wide one. */}
          <IconButton
            label="Toggle sidebar"
            aria-expanded={open}
            className="md:hidden"
            onClick={() => setOpen(!open)}
          >
            <PanelLeft size={18} aria-hidden />
          </IconButton>
          <IconButton
            label="Toggle sidebar"
            aria-expanded={!collapsed}
            className="max-md:hidden"
            onClick={() => setCollapsed(!collapsed)}
          >
            <PanelLeft size={18} aria-hidden />
          </IconButton>
          <HeaderTitle initial={sessions} />
          <IconButton
            label="Search"
            className={collapsed ? '' : 'md:hidden'}
            onClick={() => showOverlay('search')}
          >
            <Search size={18} aria-hidden />
          </IconButton>
          <Link
            href="/"
            onClick={() => announce('new-chat')}
            aria-label="New chat"
            title="New chat"
            className={`${ICON_BUTTON} ${collapsed ? '' : 'md:hidden'}`}
          >
            <SquarePen size={18} aria-hidden />
          </Link>
          <TemporaryButton />
          <MemoryButton />
          {/* Where there is no room for it, the settings have it. */}
          <span className="contents max-sm:hidden">
            <ThemeMenu />
          </span>
        </header>
        {children}
      </div>
      <Overlays />
    </div>
  )
}
