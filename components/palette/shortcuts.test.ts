import { expect, it } from 'vitest'
import { keyLabels, SHORTCUTS } from './shortcuts.ts'

it('names the keys as the keyboard does', () => {
  expect(keyLabels(SHORTCUTS.newChat, true)).toEqual(['⌘', '⇧', 'O'])
  expect(keyLabels(SHORTCUTS.newChat, false)).toEqual(['Ctrl', 'Shift', 'O'])
  expect(keyLabels(SHORTCUTS.list, false)).toEqual(['Ctrl', '/'])
  expect(keyLabels(SHORTCUTS.stop, true)).toEqual(['Esc'])
})

it('gives no two commands the same keys', () => {
  const keys = Object.values(SHORTCUTS).map((shortcut) => shortcut.keys)
  expect(new Set(keys).size).toBe(keys.length)
})
