'use client'

import { useTheme } from 'next-themes'
import { late } from './late.tsx'

/** Nothing is to be said before the page stands, so it need not wait for this. */
const Sonner = late(async () => (await import('sonner')).Toaster)

/** Where short notices appear: `toast()` of sonner, from anywhere. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-center"
      toastOptions={{
        style: {
          background: 'var(--raised)',
          color: 'var(--ink)',
          border: '1px solid var(--line)',
          boxShadow: 'var(--shadow)',
        },
        actionButtonStyle: { background: 'var(--accent)', color: 'var(--accent-ink)' },
      }}
    />
  )
}
