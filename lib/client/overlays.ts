'use client'

import { useSyncExternalStore } from 'react'

/** What can lie over the page, one at a time. */
export type Overlay = 'search' | 'shortcuts'

const listeners = new Set<() => void>()
let shown: Overlay | null = null

/** `null` closes what is open. */
export function showOverlay(overlay: Overlay | null): void {
  shown = overlay
  for (const listener of listeners) listener()
}

export const toggleOverlay = (overlay: Overlay): void => showOverlay(shown === overlay ? null : overlay)

export function useOverlay(): Overlay | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
    () => null,
  )
}
