'use client'

import { X } from 'lucide-react'
import * as Primitive from 'radix-ui/dialog'
import type { ReactNode } from 'react'
import { IconButton } from './icon-button.tsx'
import { staysForNotices } from './notify.ts'
import { isComposing } from './text-field.ts'

type Props = {
  title: string
  /** The title is read out and not shown. */
  hiddenTitle?: boolean
  /** There is no way out while this holds: what was begun is waited for. */
  locked?: boolean
  onClose: () => void
  className?: string
  children: ReactNode
}

/** A window over the page; Escape, a click beside it and its button close it. Loaded by what opens it. */
export function Dialog({
  title,
  hiddenTitle = false,
  locked = false,
  onClose,
  className = '',
  children,
}: Props) {
  return (
    <Primitive.Root open onOpenChange={(open) => !open && !locked && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="overlay fixed inset-0 z-50 bg-black/40" />
        <Primitive.Content
          aria-describedby={undefined}
          onInteractOutside={staysForNotices}
          onEscapeKeyDown={(event) => isComposing(event) && event.preventDefault()}
          className={`dialog fixed top-[max(1rem,10dvh)] left-1/2 z-50 flex max-h-[min(40rem,calc(100dvh-2rem))] w-[min(40rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-2xl border border-line bg-raised text-ink shadow-float outline-none ${className}`}
        >
          {hiddenTitle ? (
            <Primitive.Title className="sr-only">{title}</Primitive.Title>
          ) : (
            <div className="flex items-center justify-between py-2 pr-2 pl-5">
              <Primitive.Title className="font-semibold">{title}</Primitive.Title>
              <Primitive.Close asChild>
                <IconButton label="Close" disabled={locked}>
                  <X size={18} aria-hidden />
                </IconButton>
              </Primitive.Close>
            </div>
          )}
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
