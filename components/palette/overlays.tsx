'use client'

import { useRouter } from 'next/navigation'
import { lazy, Suspense, useEffect } from 'react'
import { showOverlay, useOverlay } from '#lib/client/overlays.ts'

const loadPalette = () => import('./palette.tsx')
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }))
const ShortcutList = lazy(async () => ({ default: (await import('./shortcut-list.tsx')).ShortcutList }))

/** What lies over the page and what the keys do; both are loaded after the page stands. */
export function Overlays() {
  const overlay = useOverlay()
  const router = useRouter()
  useEffect(() => {
    const listening = import('./listen-to-keys.ts').then(({ listenToKeys }) =>
      listenToKeys((path) => router.push(path)),
    )
    return () => void listening.then((stop) => stop())
  }, [router])
  const close = () => showOverlay(null)
  return (
    <Suspense>
      {overlay === 'search' && <Palette onClose={close} />}
      {overlay === 'shortcuts' && <ShortcutList onClose={close} />}
    </Suspense>
  )
}
