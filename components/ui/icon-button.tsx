import type { ComponentProps, ReactNode } from 'react'

/** How it looks, for a link that looks the same. 44 px to a finger, 32 px to a mouse. */
export const ICON_BUTTON =
  'inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-muted transition-colors hover:bg-hover hover:text-ink disabled:pointer-events-none disabled:opacity-40 pointer-coarse:size-11'

type Props = Omit<ComponentProps<'button'>, 'aria-label' | 'title'> & {
  /** What it does: read out, and shown as a tip. */
  label: string
  children: ReactNode
}

/** A button that shows a symbol alone. */
export function IconButton({ label, children, className = '', ...button }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`${ICON_BUTTON} ${className}`}
      {...button}
    >
      {children}
    </button>
  )
}
