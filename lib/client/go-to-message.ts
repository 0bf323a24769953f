/** The address of a message in its session. */
const messagePath = (sessionId: string, messageId: string): string =>
  `/s/${sessionId}#m=${encodeURIComponent(messageId)}`

/** Shows a message: here, when its session is the open one, else by `push`, the router's way to another page. */
export function goToMessage(push: (path: string) => void, sessionId: string, messageId: string): void {
  const path = messagePath(sessionId, messageId)
  // The router tells nobody of a step within a page.
  if (window.location.pathname === `/s/${sessionId}`) window.location.hash = path.slice(path.indexOf('#'))
  else push(path)
}

/** Whether the address asks for a message that nobody has taken yet. */
export const isMessageAsked = (): boolean => window.location.hash.startsWith('#m=')

/** The message that the address asks for; asked once, so that a reload does not jump again. */
export function takeAskedMessage(): string | null {
  const asked = /^#m=(.+)$/u.exec(window.location.hash)?.[1]
  if (asked === undefined) return null
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search)
  return decode(asked)
}

/** What somebody has typed into the address need not be well-formed. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
