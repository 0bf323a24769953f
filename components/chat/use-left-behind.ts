import { useEffect } from 'react'
import { deleteSessionOnLeaving } from '#lib/client/api.ts'

/** Deletes a temporary chat when its page is left, closed or reloaded. What that misses, the server removes in a day. */
export function useLeftBehind(sessionId: string, active: boolean): void {
  useEffect(() => {
    if (!active) return
    let gone = false
    const remove = () => {
      if (!gone) deleteSessionOnLeaving(sessionId)
      gone = true
    }
    window.addEventListener('pagehide', remove)
    return () => {
      window.removeEventListener('pagehide', remove)
      remove()
    }
  }, [sessionId, active])
}
