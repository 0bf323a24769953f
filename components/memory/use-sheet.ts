import { type RefObject, useCallback, useEffect } from 'react'
import { setMemoryOpen, useMemoryPanel } from '#lib/client/memory-panel-state.ts'

const isPhone = () => !matchMedia('(width >= 48rem)').matches

/**
 * Over the whole of a phone's screen, what is under it cannot be reached, and back closes it as it closes whatever lies
 * over a page: opening makes a step in the history, and closing takes it back. Answers the way to close.
 */
export function useSheet(panel: RefObject<HTMLElement | null>): () => void {
  const { byHand } = useMemoryPanel()
  useEffect(() => {
    if (byHand) panel.current?.focus()
  }, [byHand, panel])

  useEffect(() => {
    if (!isPhone()) return
    const main = document.querySelector('main')
    if (main) main.inert = true
    history.pushState({ ...history.state, memory: true }, '')
    window.addEventListener('popstate', leave)
    return () => {
      if (main) main.inert = false
      window.removeEventListener('popstate', leave)
    }
  }, [])

  return useCallback(() => {
    if (isPhone() && history.state?.memory === true) history.back()
    else leave()
  }, [])
}

/** The focus goes back to the button that opens it. */
function leave(): void {
  setMemoryOpen(false)
  document.querySelector<HTMLElement>('[data-memory-button]')?.focus()
}
