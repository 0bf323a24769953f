import {
  Brain,
  Keyboard,
  MessageCircleDashed,
  Monitor,
  Moon,
  PanelLeft,
  Settings,
  SquarePen,
  Sun,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { commands } from './commands.ts'
import { SHORTCUTS, type Shortcut } from './shortcuts.ts'

export type PaletteEntry = {
  label: string
  /** Other words under which it is found. */
  words?: string
  icon: ReactNode
  shortcut?: Shortcut
  run: () => void
}

/** Every command, in the order in which they are listed. */
export function paletteEntries(
  run: ReturnType<typeof commands>,
  setTheme: (theme: string) => void,
): PaletteEntry[] {
  return [
    { label: 'New chat', icon: <SquarePen size={16} />, shortcut: SHORTCUTS.newChat, run: run.newChat },
    {
      label: 'Temporary chat',
      words: 'private incognito',
      icon: <MessageCircleDashed size={16} />,
      run: run.temporaryChat,
    },
    {
      label: 'Settings',
      words: 'preferences import export keys instructions',
      icon: <Settings size={16} />,
      shortcut: SHORTCUTS.settings,
      run: run.settings,
    },
    {
      label: 'Show or hide the memory',
      words: 'summary panel',
      icon: <Brain size={16} />,
      shortcut: SHORTCUTS.toggleMemory,
      run: run.toggleMemory,
    },
    {
      label: 'Show or hide the sidebar',
      words: 'toggle',
      icon: <PanelLeft size={16} />,
      shortcut: SHORTCUTS.toggleSidebar,
      run: run.toggleSidebar,
    },
    { label: 'Light theme', icon: <Sun size={16} />, run: () => setTheme('light') },
    { label: 'Dark theme', icon: <Moon size={16} />, run: () => setTheme('dark') },
    { label: 'Theme of the system', icon: <Monitor size={16} />, run: () => setTheme('system') },
    {
      label: 'Keyboard shortcuts',
      words: 'help keys',
      icon: <Keyboard size={16} />,
      shortcut: SHORTCUTS.list,
      run: run.list,
    },
  ]
}
