'use client'

import { useSyncExternalStore } from 'react'
import { createListeners } from './listeners.ts'

/** What can lie over the page, one at a time. */
export type Overlay = 'search' | 'shortcuts'

const listeners = createListeners()
let shown: Overlay | null = null

/** `null` closes what is open. */
export function showOverlay(overlay: Overlay | null): void {
  shown = overlay
  listeners.tell()
}

export const toggleOverlay = (overlay: Overlay): void => showOverlay(shown === overlay ? null : overlay)

export function useOverlay(): Overlay | null {
  return useSyncExternalStore(
    listeners.subscribe,
    () => shown,
    () => null,
  )
}
