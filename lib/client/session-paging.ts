import type { SessionView } from '#lib/chat/types.ts'
import { sentenceOf } from './sentences.ts'
import type { SessionState, SessionStore } from './session-state.ts'
import type { Thread } from './thread.ts'

type Told = Pick<SessionState, 'loadingEarlier' | 'notice'>

/** The ways from the part of a session that is shown to the rest of it: pages above, other versions, one message. */
export function createPaging(deps: {
  loadAbove: (before: number) => Promise<SessionView>
  loadVersion: (messageId: string) => Promise<SessionView>
  /** `earlier`: where the page above ends; `null` at the beginning. */
  shown: () => Told & { thread: Thread; earlier: number | null }
  applyView: (view: SessionView) => void
  addAbove: (view: SessionView) => void
  /** No other view is applied until the answer is called. */
  hold: () => () => void
  publish: (change: Partial<Told>) => void
  tellOthers: () => void
}): Pick<SessionStore, 'loadEarlier' | 'showMessage'> & { showVersion(messageId: string): Promise<void> } {
  const { shown, publish } = deps

  async function showVersion(messageId: string): Promise<void> {
    const release = deps.hold()
    try {
      deps.applyView(await deps.loadVersion(messageId))
      deps.tellOthers()
    } catch (error) {
      publish({ notice: `This version cannot be shown. ${sentenceOf(error)}` })
    } finally {
      release()
    }
  }

  async function loadEarlier(): Promise<void> {
    const { earlier, loadingEarlier } = shown()
    if (earlier === null || loadingEarlier) return
    publish({ loadingEarlier: true })
    let { notice } = shown()
    try {
      const above = await deps.loadAbove(earlier)
      // Another version may have been chosen meanwhile: what is above must lead to what is shown.
      if (above.messages.at(-1)?.id === shown().thread[0]?.parentId) deps.addAbove(above)
    } catch (error) {
      notice = `The earlier messages could not be loaded. ${sentenceOf(error)}`
    }
    publish({ loadingEarlier: false, notice })
  }

  /** Loads the pages above until the message is there; false at the beginning, or when a page does not come. */
  async function loadUntil(messageId: string): Promise<boolean> {
    while (!shown().thread.some(({ id }) => id === messageId)) {
      const before = shown().earlier
      if (before === null) return false
      await loadEarlier()
      if (shown().earlier === before) return false
    }
    return true
  }

  return {
    showVersion,
    loadEarlier,
    async showMessage(messageId) {
      if (await loadUntil(messageId)) return true
      if (shown().notice) return false
      await showVersion(messageId)
      const found = shown().notice === null && (await loadUntil(messageId))
      if (!found) publish({ notice: 'This message is not there any more.' })
      return found
    },
  }
}
