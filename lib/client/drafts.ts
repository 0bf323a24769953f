import { safely } from './device-storage.ts'

const PREFIX = 'motorhead-chat:draft:'

/** The draft of the chat that has no session yet. */
export const NEW_CHAT = 'new'

/** The browser's `localStorage`, as far as it is used here. */
type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** The unsent text of a session (or of `NEW_CHAT`) on this device; '' when there is none. */
export function readDraft(sessionId: string, storage?: DraftStorage): string {
  return safely(() => (storage ?? localStorage).getItem(PREFIX + sessionId)) ?? ''
}

/** Keeps it over reloads; '' removes it. A full or forbidden storage is no reason to disturb the person who writes. */
export function writeDraft(sessionId: string, text: string, storage?: DraftStorage): void {
  safely(() => {
    const drafts = storage ?? localStorage
    if (text === '') drafts.removeItem(PREFIX + sessionId)
    else drafts.setItem(PREFIX + sessionId, text)
  })
}

/** Takes away what was kept, unless something else was written since, as another tab's new chat may have. */
export function clearDraft(sessionId: string, text: string, storage?: DraftStorage): void {
  if (readDraft(sessionId, storage) === text) writeDraft(sessionId, '', storage)
}
