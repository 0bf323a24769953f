'use client'

import { X } from 'lucide-react'
import * as Dialog from 'radix-ui/dialog'
import { type ReactNode, useEffect } from 'react'
import { IconButton } from '#components/ui/icon-button.tsx'
import { staysForNotices } from '#components/ui/notify.ts'
import { Brand } from './brand.tsx'

/**
 * The sidebar of a narrow screen. Back closes it, as it closes whatever lies over a page on a phone: opening it makes a
 * step in the history, closing it by hand takes that step back, and a link in it leaves the step behind.
 */
export function Drawer(props: { open: boolean; onOpenChange: (open: boolean) => void; children: ReactNode }) {
  const { open, onOpenChange, children } = props
  useEffect(() => {
    if (!open) return
    history.pushState({ ...history.state, drawer: true }, '')
    const close = () => onOpenChange(false)
    window.addEventListener('popstate', close)
    // Turned on its side, the phone may be wide enough for the column; under a drawer that is not seen all else is dead.
    const wide = matchMedia('(width >= 48rem)')
    const closeWide = () => wide.matches && history.back()
    wide.addEventListener('change', closeWide)
    return () => {
      window.removeEventListener('popstate', close)
      wide.removeEventListener('change', closeWide)
    }
  }, [open, onOpenChange])

  return (
    <Dialog.Root open={open} onOpenChange={() => history.back()}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay fixed inset-0 z-40 bg-black/40 md:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          onInteractOutside={staysForNotices}
          // The field of a title has an Escape of its own.
          onEscapeKeyDown={(event) => event.target instanceof HTMLInputElement && event.preventDefault()}
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
