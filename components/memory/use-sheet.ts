import { type RefObject, useCallback, useEffect, useSyncExternalStore } from 'react'
import { setMemoryOpen, useMemoryPanel } from '#lib/client/memory-panel-state.ts'

const besideIt = () => matchMedia('(width >= 48rem)')
const isPhone = () => !besideIt().matches

/** A phone that is turned on its side may be wide enough for both. */
function onTurn(listener: () => void): () => void {
  const query = besideIt()
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/**
 * Over the whole of a phone's screen, what is under it cannot be reached, and back closes it as it closes whatever lies
 * over a page: covering makes a step in the history, and closing takes it back. Answers the way to close.
 */
export function useSheet(panel: RefObject<HTMLElement | null>): () => void {
  const { byHand } = useMemoryPanel()
  useEffect(() => {
    if (byHand) panel.current?.focus()
  }, [byHand, panel])

  const covers = useSyncExternalStore(onTurn, isPhone, () => false)
  useEffect(() => {
    if (!covers) return
    if (!panel.current?.contains(document.activeElement)) panel.current?.focus()
    const main = document.querySelector('main')
    if (main) main.inert = true
    history.pushState({ ...history.state, memory: true }, '')
    window.addEventListener('popstate', leave)
    return () => {
      if (main) main.inert = false
      window.removeEventListener('popstate', leave)
      // Still open, beside the conversation: back has nothing to close any more.
      if (!isPhone()) takeStepBack()
    }
  }, [covers, panel])

  return useCallback(() => {
    if (!isPhone() || !takeStepBack()) leave()
  }, [])
}

/** Answers whether there was one. */
function takeStepBack(): boolean {
  if (history.state?.memory !== true) return false
  history.back()
  return true
}

/** The focus goes back to the button that opens it. */
function leave(): void {
  setMemoryOpen(false)
  document.querySelector<HTMLElement>('[data-memory-button]')?.focus()
}
