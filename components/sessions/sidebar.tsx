'use client'

import { SquarePen, X } from 'lucide-react'
import Link from 'next/link'
import { Dialog } from 'radix-ui'
import { type ReactNode, useEffect, useState } from 'react'
import { IconButton } from '#components/ui/icon-button.tsx'
import type { SessionPage } from '#lib/chat/types.ts'
import { announceNewChat } from '#lib/client/new-chat.ts'
import { sessionsStore } from '#lib/client/sessions-store.ts'
import { useSidebar } from '#lib/client/sidebar-state.ts'
import { SessionList } from './session-list.tsx'

type Props = { initial: SessionPage; now: number }

/** The way to every session: a column on a wide screen, a drawer on a narrow one. */
export function Sidebar({ initial, now }: Props) {
  const { collapsed, open, setOpen } = useSidebar()
  // The store lives as long as the page; what the server rendered is where it starts.
  useState(() => typeof window !== 'undefined' && sessionsStore.init(initial))
  useEffect(() => sessionsStore.connect(), [])

  const content = (
    <nav aria-label="Sessions" className="flex min-h-0 flex-1 flex-col">
      <Link
        href="/"
        onClick={() => {
          announceNewChat()
          setOpen(false)
        }}
        className="mx-2 flex items-center gap-2.5 rounded-lg px-3 py-2 font-medium text-sm hover:bg-hover pointer-coarse:py-3"
      >
        <SquarePen size={16} aria-hidden />
        New chat
      </Link>
      <div className="mt-2 min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
        <SessionList initial={initial} now={now} onOpen={() => setOpen(false)} />
      </div>
    </nav>
  )

  return (
    <>
      {!collapsed && (
        <div className="hidden w-64 shrink-0 flex-col border-line border-r bg-surface pt-2 md:flex">
          <Brand />
          {content}
        </div>
      )}
      <Drawer open={open} onOpenChange={setOpen}>
        {content}
      </Drawer>
    </>
  )
}

const Brand = () => <p className="px-5 pt-1.5 pb-3 font-semibold text-sm tracking-tight">motorhead-chat</p>

/**
 * Back closes it, as it closes whatever lies over a page on a phone: opening it makes a step in the history, closing it
 * by hand takes that step back, and a link in it leaves the step behind.
 */
function Drawer(props: { open: boolean; onOpenChange: (open: boolean) => void; children: ReactNode }) {
  const { open, onOpenChange, children } = props
  useEffect(() => {
    if (!open) return
    history.pushState({ ...history.state, drawer: true }, '')
    const close = () => onOpenChange(false)
    window.addEventListener('popstate', close)
    return () => window.removeEventListener('popstate', close)
  }, [open, onOpenChange])

  return (
    <Dialog.Root open={open} onOpenChange={() => history.back()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40 md:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="drawer fixed inset-y-0 left-0 z-50 flex w-[min(20rem,86vw)] flex-col bg-surface pt-[max(0.5rem,env(safe-area-inset-top))] pb-[env(safe-area-inset-bottom)] shadow-float outline-none md:hidden"
        >
          <div className="flex items-center justify-between pr-2">
            <Dialog.Title asChild>
              <div>
                <Brand />
              </div>
            </Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close sidebar">
                <X size={18} aria-hidden />
              </IconButton>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
