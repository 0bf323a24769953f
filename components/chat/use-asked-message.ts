import { useEffect } from 'react'
import { takeAskedMessage } from '#lib/client/go-to-message.ts'
import type { SessionStore } from '#lib/client/session-state.ts'

/** So long a message that was jumped to is marked. */
const MARKED_MS = 2500

/** Brings the message that the address asks for (`#m=…`) into view, loads what is above it, and marks it for a moment. */
export function useAskedMessage(store: SessionStore, leaveEnd: () => void): void {
  useEffect(() => {
    let current = ''
    async function jump(): Promise<void> {
      const id = takeAskedMessage()
      if (id === null) return
      current = id
      leaveEnd()
      if (!(await store.showMessage(id)) || current !== id) return
      // After what was loaded has its place.
      requestAnimationFrame(() => requestAnimationFrame(() => mark(id, leaveEnd)))
    }
    void jump()
    const onChange = () => void jump()
    window.addEventListener('hashchange', onChange)
    return () => {
      current = ''
      window.removeEventListener('hashchange', onChange)
    }
  }, [store, leaveEnd])
}

function mark(id: string, leaveEnd: () => void): void {
  const message = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`)
  if (!message) return
  leaveEnd()
  message.scrollIntoView({ block: 'center', behavior: 'instant' })
  message.tabIndex = -1
  message.focus({ preventScroll: true })
  message.dataset.found = ''
  setTimeout(() => delete message.dataset.found, MARKED_MS)
}
