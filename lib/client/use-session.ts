'use client'

import { useSyncExternalStore } from 'react'
import type { SessionState, SessionStore } from './session-state.ts'

/** The state of an open session; the component renders when it changes. On the server, as the page begins. */
export const useSession = (store: SessionStore): SessionState =>
  useSyncExternalStore(store.subscribe, store.getState, store.getState)
