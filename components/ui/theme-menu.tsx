'use client'

import { Moon, Sun } from 'lucide-react'
import { useTheme } from 'next-themes'
import { Menu } from './menu.tsx'
import { THEMES } from './themes.ts'

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
      items={THEMES.map(({ id, label, Icon }) => ({
        label,
        icon: <Icon size={16} aria-hidden />,
        checked: theme === id,
        onSelect: () => setTheme(id),
      }))}
    />
  )
}
