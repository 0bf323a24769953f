'use client'

import { Dialog } from '#components/ui/dialog.tsx'
import { KeyCaps } from './key-caps.tsx'
import { SHORTCUTS, type Shortcut } from './shortcuts.ts'

const ENTER: Shortcut = { keys: 'Enter', label: 'Send', whileTyping: true }
const NEW_LINE: Shortcut = { keys: 'Shift+Enter', label: 'New line', whileTyping: true }

/** What can be done by keys alone. */
export function ShortcutList({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} className="sm:w-[26rem]">
      <dl className="relative overflow-y-auto px-5 pb-4 text-sm">
        {[ENTER, NEW_LINE, ...Object.values(SHORTCUTS)].map((shortcut) => (
          <div
            key={shortcut.label}
            className="flex items-center justify-between gap-4 border-line border-t py-2"
          >
            <dt>{shortcut.label}</dt>
            <dd>
              <KeyCaps shortcut={shortcut} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
