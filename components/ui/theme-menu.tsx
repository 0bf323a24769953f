'use client'

import { Monitor, Moon, Sun } from 'lucide-react'
import { useTheme } from 'next-themes'
import { Menu } from './menu.tsx'

const THEMES = [
  { id: 'system', label: 'System', icon: <Monitor size={16} aria-hidden /> },
  { id: 'light', label: 'Light', icon: <Sun size={16} aria-hidden /> },
  { id: 'dark', label: 'Dark', icon: <Moon size={16} aria-hidden /> },
]

export function ThemeMenu() {
  const { theme, setTheme } = useTheme()
  return (
    <Menu
      label="Theme"
      icon={
        <>
          <Sun size={18} className="dark:hidden" aria-hidden />
          <Moon size={18} className="hidden dark:block" aria-hidden />
        </>
      }
      items={THEMES.map(({ id, label, icon }) => ({
        label,
        icon,
        checked: theme === id,
        onSelect: () => setTheme(id),
      }))}
    />
  )
}
