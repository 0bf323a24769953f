import type { ComponentProps } from 'react'

/** A quiet button with words. */
export function SmallButton({ className = '', ...button }: ComponentProps<'button'>) {
  return (
    <button
      type="button"
      className={`rounded-full border border-line px-3 py-1 text-ink text-xs transition-colors hover:bg-hover disabled:opacity-50 pointer-coarse:py-2.5 pointer-coarse:text-sm ${className}`}
      {...button}
    />
  )
}
