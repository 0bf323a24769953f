import { Monitor, Moon, Sun } from 'lucide-react'

/** What a person can choose between, by the names that `next-themes` has for them. */
export const THEMES = [
  { id: 'system', label: 'System', Icon: Monitor },
  { id: 'light', label: 'Light', Icon: Sun },
  { id: 'dark', label: 'Dark', Icon: Moon },
] as const
