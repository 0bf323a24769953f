const EVENT = 'motorhead-chat:new-chat'

/** "New chat" was chosen. On the page "/" its link leads to where one is already, so the page must hear of it. */
export function announceNewChat(): void {
  window.dispatchEvent(new Event(EVENT))
}

export function onNewChat(listener: () => void): () => void {
  window.addEventListener(EVENT, listener)
  return () => window.removeEventListener(EVENT, listener)
}
