'use client'

import { Menu as MenuIcon, PanelLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '#components/ui/icon-button.tsx'
import { ThemeMenu } from '#components/ui/theme-menu.tsx'
import { useSidebar } from '#lib/client/sidebar-state.ts'

/** The frame of every screen: the sidebar, and beside it a header over the page. */
export function Shell({ sidebar, children }: { sidebar: ReactNode; children: ReactNode }) {
  const { open, setOpen, collapsed, setCollapsed } = useSidebar()
  return (
    <div className="flex h-dvh overflow-hidden bg-canvas text-ink">
      {sidebar}
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-12 shrink-0 items-center gap-1 px-2 pt-[env(safe-area-inset-top)] pointer-coarse:h-14">
          <IconButton
            label="Open sidebar"
            aria-expanded={open}
            className="md:hidden"
            onClick={() => setOpen(true)}
          >
            <MenuIcon size={20} aria-hidden />
          </IconButton>
          <IconButton
            label="Toggle sidebar"
            aria-expanded={!collapsed}
            className="hidden md:inline-flex"
            onClick={() => setCollapsed(!collapsed)}
          >
            <PanelLeft size={18} aria-hidden />
          </IconButton>
          <span className="grow" />
          <ThemeMenu />
        </header>
        {children}
      </div>
    </div>
  )
}
