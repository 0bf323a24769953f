/** What the tabs of one browser tell each other; never a text, only that something is worth loading again. */
export type TabMessage =
  /** `forgotten`: the message that is gone since. */
  { type: 'session-changed'; sessionId: string; forgotten?: string } | { type: 'sessions-changed' }

export type TabChannel = {
  /** Tells the other tabs; this one does not hear it. */
  post(message: TabMessage): void
  subscribe(listener: (message: TabMessage) => void): () => void
}

const NAME = 'motorhead-chat'

/** Opens at the first use, in the browser only; without `BroadcastChannel` it does nothing. */
function createTabChannel(): TabChannel {
  const listeners = new Set<(message: TabMessage) => void>()
  let opened: BroadcastChannel | null = null

  function channel(): BroadcastChannel | null {
    if (opened || typeof window === 'undefined' || typeof BroadcastChannel === 'undefined') return opened
    opened = new BroadcastChannel(NAME)
    opened.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isTabMessage(data)) for (const listener of listeners) listener(data)
    }
    return opened
  }

  return {
    post: (message) => channel()?.postMessage(message),
    subscribe(listener) {
      channel()
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** One for the page: a channel that hears itself would load everything twice. */
export const tabChannel = createTabChannel()

/** Another version of this page, still open in an old tab, may send what is not known here. */
function isTabMessage(data: unknown): data is TabMessage {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false
  if (data.type === 'sessions-changed') return true
  if ('forgotten' in data && typeof data.forgotten !== 'string') return false
  return data.type === 'session-changed' && 'sessionId' in data && typeof data.sessionId === 'string'
}
