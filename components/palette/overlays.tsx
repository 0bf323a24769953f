'use client'

import { useRouter } from 'next/navigation'
import { lazy, Suspense, useEffect } from 'react'
import { showOverlay, useOverlay } from '#lib/client/overlays.ts'
import { listenToKeys } from './listen-to-keys.ts'

const loadPalette = () => import('./palette.tsx')
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }))
const ShortcutList = lazy(async () => ({ default: (await import('./shortcut-list.tsx')).ShortcutList }))

/** What lies over the page, loaded when it is asked for, and what the keys do, which must never fail to load. */
export function Overlays() {
  const overlay = useOverlay()
  const router = useRouter()
  useEffect(() => listenToKeys((path) => router.push(path)), [router])
  const close = () => showOverlay(null)
  return (
    <Suspense>
      {overlay === 'search' && <Palette onClose={close} />}
      {overlay === 'shortcuts' && <ShortcutList onClose={close} />}
    </Suspense>
  )
}
