'use client'

import { useTheme } from 'next-themes'
import { useSidebar } from '#lib/client/sidebar-state.ts'
import { late } from './late.tsx'

/** Nothing is to be said before the page stands, so it need not wait for this. */
const Sonner = late(async () => (await import('sonner')).Toaster)

/** At the bottom they would lie on the composer for as long as they offer an undo, in a drawer at the top on "New chat". */
const BELOW_HEADER = 'calc(env(safe-area-inset-top, 0px) + 3.75rem)'

/** Where short notices appear: `toast()` of sonner, from anywhere. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  const { open: drawer } = useSidebar()
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position={drawer ? 'bottom-center' : 'top-center'}
      offset={{ top: BELOW_HEADER }}
      mobileOffset={{ top: BELOW_HEADER, bottom: 'calc(env(safe-area-inset-bottom, 0px) + 1rem)' }}
      style={{ fontFamily: 'inherit' }}
      toastOptions={{
        style: {
          borderRadius: '1rem',
          // Over a dialog, too, under which all else is dead.
          pointerEvents: 'auto',
          background: 'var(--raised)',
          color: 'var(--ink)',
          border: '1px solid var(--line)',
          boxShadow: 'var(--shadow)',
        },
        classNames: { actionButton: 'h-8! rounded-full! px-3! pointer-coarse:h-11! pointer-coarse:px-4!' },
        actionButtonStyle: { background: 'var(--accent)', color: 'var(--accent-ink)' },
      }}
    />
  )
}
