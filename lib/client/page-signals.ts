/** What the page knows of the person: whether they look at it, and when they or the network come back. */
export type PageSignals = {
  isVisible(): boolean
  /** Calls when the page is looked at again or the network is back. */
  onReturn(listener: () => void): () => void
}

export const browserPage: PageSignals = {
  isVisible: () => document.visibilityState === 'visible',
  onReturn(listener) {
    const whenVisible = () => document.visibilityState === 'visible' && listener()
    window.addEventListener('focus', listener)
    window.addEventListener('online', listener)
    document.addEventListener('visibilitychange', whenVisible)
    return () => {
      window.removeEventListener('focus', listener)
      window.removeEventListener('online', listener)
      document.removeEventListener('visibilitychange', whenVisible)
    }
  },
}

/**
 * Resolves after `ms`, or at once when the person or the network comes back; while nobody looks it waits for that
 * alone. Resolves at an abort too.
 */
export function waitToRetry(ms: number, page: PageSignals, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      stopListening()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(() => page.isVisible() && done(), ms)
    const stopListening = page.onReturn(done)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}
