import { tinykeys } from 'tinykeys'
import { isComposing } from '#components/ui/text-field.ts'
import { commands } from './commands.ts'
import { SHORTCUTS, type ShortcutName } from './shortcuts.ts'

/** Makes the shortcuts work until the answer is called. */
export function listenToKeys(goTo: (path: string) => void): () => void {
  const run = commands(goTo)
  const on = (name: ShortcutName) => (event: KeyboardEvent) => {
    if (event.defaultPrevented || isComposing(event) || event.repeat) return
    if (!SHORTCUTS[name].whileTyping && isTyping(event)) return
    if (name === 'stop') return stopUnlessBusy(event, run.stop)
    event.preventDefault()
    run[name]()
  }
  const bindings = Object.fromEntries(
    Object.entries(SHORTCUTS).map(([name, { keys }]) => [keys, on(name as ShortcutName)]),
  )
  // Signs are where a keyboard has them, with Shift or without; to somebody who types they are text.
  const list = (event: KeyboardEvent) => !isTyping(event) && on('list')(event)
  return tinykeys(
    window,
    { ...bindings, 'Shift+/': on('focusComposer'), '?': list, 'Shift+?': list },
    // Which of them hold in a field is decided here, one by one.
    { ignore: () => false },
  )
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/u.test(target.tagName))
  )
}

/** Escape closes what is open first; in a field other than the composer it means that field. */
function stopUnlessBusy(event: KeyboardEvent, stop: () => void): void {
  const isOpen = document.querySelector('[role="dialog"], [role="menu"]') !== null
  const inComposer = event.target instanceof HTMLElement && event.target.hasAttribute('data-composer')
  if (!isOpen && (inComposer || !isTyping(event))) stop()
}
