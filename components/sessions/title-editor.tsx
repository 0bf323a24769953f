'use client'

import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { isComposing } from '#components/ui/text-field.ts'

const MAX_TITLE = 200

type Props = {
  title: string
  /** Only with another title than before. */
  onSave: (title: string) => void
  /** Called before, in any case. */
  onEnd: (byKey: boolean) => void
}

/** A row while its title is written: Enter and leaving it save, Escape does not; nothing and no change cancel. */
export function TitleEditor({ title, onSave, onEnd }: Props) {
  const [text, setText] = useState(title)
  const input = useRef<HTMLInputElement>(null)
  const done = useRef(false)

  // After the menu has given its focus back.
  useEffect(() => {
    const frame = requestAnimationFrame(() => input.current?.select())
    return () => cancelAnimationFrame(frame)
  }, [])

  function finish(save: boolean, byKey: boolean): void {
    if (done.current) return
    done.current = true
    const next = text.trim().replace(/\s+/gu, ' ')
    onEnd(byKey)
    if (save && next !== '' && next !== title) onSave(next)
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (isComposing(event)) return
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    // What has the focus next is not pressed by the same key.
    event.preventDefault()
    event.stopPropagation()
    finish(event.key === 'Enter', true)
  }

  return (
    <li>
      <input
        ref={input}
        aria-label="Title"
        dir="auto"
        maxLength={MAX_TITLE}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => finish(true, false)}
        className="w-full rounded-lg border border-line bg-raised px-2.5 py-1.5 text-base md:text-sm"
      />
    </li>
  )
}
