'use client'

import { useTheme } from 'next-themes'
import { useSyncExternalStore } from 'react'
import { THEMES } from '#components/ui/themes.ts'
import { Section } from './section.tsx'

export function ThemeChoice() {
  const { theme, setTheme } = useTheme()
  // Which one it is, only this device knows.
  const inBrowser = useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
  return (
    <Section title="Theme">
      <fieldset className="flex flex-wrap gap-2">
        <legend className="sr-only">Theme</legend>
        {THEMES.map(({ id, label, Icon }) => (
          <label
            key={id}
            className="flex min-h-9 cursor-pointer items-center gap-2 rounded-full border border-line px-4 text-sm transition-colors hover:bg-hover has-checked:border-ink has-checked:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2 pointer-coarse:min-h-11"
          >
            <input
              type="radio"
              name="theme"
              className="sr-only"
              checked={inBrowser && theme === id}
              onChange={() => setTheme(id)}
            />
            <Icon size={16} aria-hidden />
            {label}
          </label>
        ))}
      </fieldset>
    </Section>
  )
}
