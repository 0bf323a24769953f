'use client'

import { useSyncExternalStore } from 'react'
import { safely } from './device-storage.ts'
import { createListeners } from './listeners.ts'

export type SidebarState = {
  /** The drawer of a narrow screen is open. */
  open: boolean
  /** The column of a wide screen is folded away; remembered on this device. */
  collapsed: boolean
}

/** The browser's `localStorage`, as far as it is used here. */
type KeyValue = Pick<Storage, 'getItem' | 'setItem'>

const KEY = 'motorhead-chat:sidebar-collapsed'
const INITIAL: SidebarState = { open: false, collapsed: false }

/** What is remembered is read at the first subscription, after hydration, so that server and browser agree. */
function createSidebarState(storage: () => KeyValue) {
  const listeners = createListeners()
  let state = INITIAL
  let restored = false

  function set(change: Partial<SidebarState>): void {
    state = { ...state, ...change }
    listeners.tell()
  }

  function restore(): void {
    restored = true
    if (safely(() => storage().getItem(KEY)) === 'true') set({ collapsed: true })
  }

  return {
    getState: () => state,
    subscribe(listener: () => void): () => void {
      const leave = listeners.subscribe(listener)
      if (!restored) restore()
      return leave
    },
    setOpen: (open: boolean) => set({ open }),
    setCollapsed(collapsed: boolean): void {
      set({ collapsed })
      safely(() => storage().setItem(KEY, String(collapsed)))
    },
  }
}

/** One for the page: the button in the header and the sidebar itself share it. */
const sidebar = createSidebarState(() => localStorage)

/** The drawer of a narrow screen, the column of a wide one. */
export function toggleSidebar(): void {
  const { open, collapsed } = sidebar.getState()
  if (matchMedia('(width >= 48rem)').matches) sidebar.setCollapsed(!collapsed)
  // Before it is there, which its code may take a while for, there is no step to take back.
  else if (open && history.state?.drawer === true) history.back()
  else sidebar.setOpen(!open)
}

/** The sidebar's state and the ways to change it. */
export function useSidebar(): SidebarState & {
  setOpen(open: boolean): void
  setCollapsed(collapsed: boolean): void
} {
  const state = useSyncExternalStore(sidebar.subscribe, sidebar.getState, () => INITIAL)
  return { ...state, setOpen: sidebar.setOpen, setCollapsed: sidebar.setCollapsed }
}
