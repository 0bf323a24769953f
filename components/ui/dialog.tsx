'use client'

import { X } from 'lucide-react'
import * as Primitive from 'radix-ui/dialog'
import type { ReactNode } from 'react'
import { IconButton } from './icon-button.tsx'

type Props = {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Its name, for the screen and for assistive technology. */
  title: string
  /** A sentence under the title. */
  description?: string
  children: ReactNode
  /** Where the focus goes when it opens; absent: to the first thing inside that takes it. */
  onOpenAutoFocus?: (event: Event) => void
}

/** A window over the page that holds the focus until it is closed: by its button, by Escape, or by a click beside it. */
export function Dialog({ open, onOpenChange, title, description, children, onOpenAutoFocus }: Props) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Primitive.Content
          className="fixed top-1/2 left-1/2 z-50 flex max-h-[min(85dvh,44rem)] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 flex-col overflow-y-auto rounded-2xl border border-line bg-raised p-5 text-ink shadow-float"
          {...(!description && { 'aria-describedby': undefined })}
          {...(onOpenAutoFocus && { onOpenAutoFocus })}
        >
          <div className="mb-3 flex items-start gap-4">
            <div className="min-w-0 grow">
              <Primitive.Title className="wrap-anywhere font-semibold text-lg">{title}</Primitive.Title>
              {description && (
                <Primitive.Description className="mt-1 text-ink-muted text-sm leading-relaxed">
                  {description}
                </Primitive.Description>
              )}
            </div>
            <Primitive.Close asChild>
              <IconButton label="Close" className="-mt-1 -mr-1.5">
                <X size={18} aria-hidden />
              </IconButton>
            </Primitive.Close>
          </div>
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
