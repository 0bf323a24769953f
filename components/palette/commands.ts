import { showOverlay, toggleOverlay } from '#lib/client/overlays.ts'
import { announce } from '#lib/client/page-events.ts'
import { toggleSidebar } from '#lib/client/sidebar-state.ts'
import type { ShortcutName } from './shortcuts.ts'

/** What the shortcuts and the entries of the palette do. */
export function commands(goTo: (path: string) => void): Record<ShortcutName | 'temporaryChat', () => void> {
  return {
    search: () => toggleOverlay('search'),
    list: () => toggleOverlay('shortcuts'),
    newChat() {
      showOverlay(null)
      announce('new-chat')
      goTo('/')
    },
    temporaryChat: () => goTo('/?temporary'),
    focusComposer: () => announce('focus-composer'),
    stop: () => announce('stop-reply'),
    toggleSidebar,
    toggleMemory: () => announce('toggle-memory'),
    settings: () => goTo('/settings'),
  }
}
