'use client'

import { useSyncExternalStore } from 'react'
import { safely } from './device-storage.ts'
import { createListeners } from './listeners.ts'

export type MemoryPanelState = {
  open: boolean
  /** The summary that somebody asked to see; the panel shows it and its versions. */
  summaryId: string | null
  /** Grows with each time that somebody asked: the same one twice is asked for twice. */
  asked: number
  /** Opened by somebody just now, who is to find themselves in it. */
  byHand: boolean
}

const KEY = 'motorhead-chat:memory-open'
const CLOSED: MemoryPanelState = { open: false, summaryId: null, asked: 0, byHand: false }

const listeners = createListeners()
let state = CLOSED
let restored = false

function set(change: Partial<MemoryPanelState>): void {
  state = { ...state, ...change }
  listeners.tell()
}

/** A panel that covers a phone's whole screen is not what a page is to begin with. */
function restore(): void {
  restored = true
  const wasOpen = safely(() => localStorage.getItem(KEY)) === 'true'
  if (wasOpen && matchMedia('(width >= 64rem)').matches) set({ open: true })
}

function subscribe(listener: () => void): () => void {
  const leave = listeners.subscribe(listener)
  // After hydration, so that server and browser agree.
  if (!restored) restore()
  return leave
}

/** Remembered on this device. */
export function setMemoryOpen(open: boolean): void {
  set({ open, byHand: open, ...(!open && { summaryId: null }) })
  safely(() => localStorage.setItem(KEY, String(open)))
}

export const toggleMemory = (): void => setMemoryOpen(!state.open)

/** Opens the panel at one summary. */
export function showSummary(summaryId: string): void {
  set({ summaryId, asked: state.asked + 1 })
  setMemoryOpen(true)
}

export const useMemoryPanel = (): MemoryPanelState =>
  useSyncExternalStore(
    subscribe,
    () => state,
    () => CLOSED,
  )
