/**
 * What one part of the page asks of another that it does not know, or tells it: a shortcut of the composer, a link of the
 * page that it leads to already, the thread of a message that was forgotten. Nothing is remembered: who does not listen at the moment does not hear it.
 */
export type PageEvent = 'new-chat' | 'focus-composer' | 'stop-reply' | 'toggle-memory' | 'forgotten'

const nameOf = (event: PageEvent) => `motorhead-chat:${event}`

export function announce(event: PageEvent): void {
  window.dispatchEvent(new Event(nameOf(event)))
}

/** Answers the way to stop listening. */
export function onPageEvent(event: PageEvent, listener: () => void): () => void {
  window.addEventListener(nameOf(event), listener)
  return () => window.removeEventListener(nameOf(event), listener)
}
