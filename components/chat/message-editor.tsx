'use client'

import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { isComposing, useGrowingField } from '#components/ui/text-field.ts'
import { directionOf } from '#lib/client/text-direction.ts'

type Props = { text: string; onSave: (text: string) => void; onCancel: () => void }

/** Writes a message anew, in its place; what was there stays as its earlier version. */
export function MessageEditor({ text: initial, onSave, onCancel }: Props) {
  const [text, setText] = useState(initial)
  const input = useRef<HTMLTextAreaElement>(null)
  const canSave = text.trim() !== '' && text !== initial
  useGrowingField(input, text)

  useEffect(() => {
    const field = input.current
    field?.focus()
    field?.setSelectionRange(field.value.length, field.value.length)
  }, [])

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (isComposing(event)) return
    if (event.key === 'Escape') onCancel()
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      if (canSave) onSave(text)
    }
  }

  return (
    <form
      className="w-full rounded-3xl border border-line bg-raised p-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (canSave) onSave(text)
      }}
    >
      <textarea
        ref={input}
        aria-label="Edit message"
        dir={directionOf(text)}
        rows={2}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="field-sizing-content max-h-[50dvh] min-h-16 w-full resize-none bg-transparent px-3 py-2 text-base leading-6 outline-none"
      />
      <div className="flex justify-end gap-2">
        <button type="button" onClick={onCancel} className="rounded-full px-4 py-1.5 text-sm hover:bg-hover">
          Cancel
        </button>
        <button
          type="submit"
          disabled={!canSave}
          className="rounded-full bg-ink px-4 py-1.5 font-medium text-canvas text-sm transition-opacity hover:opacity-85 disabled:opacity-40"
        >
          Send
        </button>
      </div>
    </form>
  )
}
