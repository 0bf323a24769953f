import { type RefObject, useEffect, useRef } from 'react'

/**
 * For a button that gives way to what it opens: when that closes, the button is there again and has the focus, unless
 * somebody went elsewhere meanwhile.
 */
export function useFocusBack(isOpen: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(false)
  useEffect(() => {
    if (wasOpen.current && !isOpen && document.activeElement === document.body) button.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  return button
}
