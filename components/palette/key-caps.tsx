import { isMac, keyLabels, type Shortcut } from './shortcuts.ts'

export function KeyCaps({ shortcut }: { shortcut: Shortcut }) {
  return (
    <span className="flex gap-1 pointer-coarse:hidden">
      {keyLabels(shortcut, isMac()).map((key) => (
        <kbd
          key={key}
          className="min-w-5 rounded-md border border-line bg-surface px-1.5 py-0.5 text-center font-sans text-ink-muted text-xs leading-4"
        >
          {key}
        </kbd>
      ))}
    </span>
  )
}
