'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { late } from '#components/ui/late.tsx'
import { showOverlay, useOverlay } from '#lib/client/overlays.ts'
import { listenToKeys } from './listen-to-keys.ts'

const Palette = late(async () => (await import('./palette.tsx')).Palette)
const ShortcutList = late(async () => (await import('./shortcut-list.tsx')).ShortcutList)

const close = () => showOverlay(null)

/** What lies over the page, loaded when it is asked for, and what the keys do, which must never fail to load. */
export function Overlays() {
  const overlay = useOverlay()
  const router = useRouter()
  useEffect(() => listenToKeys((path) => router.push(path)), [router])
  return (
    <>
      {overlay === 'search' && <Palette onClose={close} onMissing={close} />}
      {overlay === 'shortcuts' && <ShortcutList onClose={close} onMissing={close} />}
    </>
  )
}
