'use client'

import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { isComposing } from '#components/ui/text-field.ts'

const MAX_TITLE = 200

type Props = { title: string; onSave: (title: string) => void; onCancel: () => void }

/** A row while its title is written: Enter and leaving it save, Escape does not; nothing and no change cancel. */
export function TitleEditor({ title, onSave, onCancel }: Props) {
  const [text, setText] = useState(title)
  const input = useRef<HTMLInputElement>(null)
  const done = useRef(false)

  // After the menu has given its focus back.
  useEffect(() => {
    const frame = requestAnimationFrame(() => input.current?.select())
    return () => cancelAnimationFrame(frame)
  }, [])

  function finish(save: boolean): void {
    if (done.current) return
    done.current = true
    const next = text.trim().replace(/\s+/gu, ' ')
    if (save && next !== '' && next !== title) onSave(next)
    else onCancel()
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (isComposing(event)) return
    if (event.key === 'Enter') finish(true)
    if (event.key === 'Escape') {
      event.stopPropagation()
      finish(false)
    }
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
        onBlur={() => finish(true)}
        className="w-full rounded-lg border border-line bg-raised px-2.5 py-1.5 text-base md:text-sm"
      />
    </li>
  )
}
