/** A shortcut as `tinykeys` reads it; `$mod` is ⌘ on a Mac and Ctrl elsewhere. */
export type Shortcut = {
  keys: string
  label: string
  /** Holds while somebody types in a field, too. */
  whileTyping: boolean
}

export const SHORTCUTS = {
  search: { keys: '$mod+KeyK', label: 'Search and commands', whileTyping: true },
  newChat: { keys: '$mod+Shift+KeyO', label: 'New chat', whileTyping: true },
  focusComposer: { keys: '/', label: 'Write a message', whileTyping: false },
  stop: { keys: 'Escape', label: 'Stop the reply', whileTyping: true },
  toggleSidebar: { keys: '$mod+Shift+KeyS', label: 'Show or hide the sidebar', whileTyping: true },
  toggleMemory: { keys: '$mod+Shift+KeyM', label: 'Show or hide the memory', whileTyping: true },
  settings: { keys: '$mod+Comma', label: 'Settings', whileTyping: true },
  list: { keys: '$mod+Slash', label: 'This list', whileTyping: true },
} as const satisfies Record<string, Shortcut>

export type ShortcutName = keyof typeof SHORTCUTS

const MAC: Record<string, string> = { $mod: '⌘', Shift: '⇧', Escape: 'Esc' }
const OTHERS: Record<string, string> = { $mod: 'Ctrl', Shift: 'Shift', Escape: 'Esc' }
const SIGNS: Record<string, string> = { Comma: ',', Slash: '/' }

/** The keys as they stand on this keyboard: `['⌘', 'K']` or `['Ctrl', 'K']`. */
export function keyLabels({ keys }: Shortcut, isMac: boolean): string[] {
  const names = isMac ? MAC : OTHERS
  return keys.split('+').map((key) => names[key] ?? SIGNS[key] ?? key.replace(/^Key/u, ''))
}

/** Only in the browser. */
export const isMac = (): boolean => /Mac|iPhone|iPad/u.test(navigator.platform)
