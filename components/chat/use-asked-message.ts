import { useEffect, useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { isMessageAsked, takeAskedMessage } from '#lib/client/go-to-message.ts'
import type { SessionStore } from '#lib/client/session-state.ts'

/** So long a message that was jumped to is marked. */
const MARKED_MS = 2500

/**
 * Brings the message that the address asks for (`#m=…`) into view, loads what is about it, and marks it for a moment. Answers
 * whether a chat that was opened for it is still on the way there: its end is not what the person wants to see.
 */
export function useAskedMessage(store: SessionStore, leaveEnd: () => void): boolean {
  const [arriving, setArriving] = useState(false)
  useLayoutEffect(() => {
    if (isMessageAsked()) setArriving(true)
  }, [])
  useEffect(() => {
    let current = ''
    async function jump(): Promise<void> {
      const id = takeAskedMessage()
      // An address that somebody has typed may ask for nothing that can be read.
      if (id === null) return setArriving(false)
      current = id
      leaveEnd()
      const isThere = await store.showMessage(id)
      // What is hidden cannot be given the focus.
      flushSync(() => setArriving(false))
      if (!isThere || current !== id) return
      // Before anything is painted, and again after what was loaded has its place.
      mark(id, leaveEnd)
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
  return arriving
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
