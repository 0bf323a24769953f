'use client'

import { ArrowUp, Square } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { readDraft, writeDraft } from '#lib/client/drafts.ts'

/** What the server takes, said before it has to refuse. */
const MAX_CHARACTERS = 100_000

type Props = {
  /** Under which name the unsent text is kept on this device. */
  draftKey: string
  /** A reply is being written: the button is "Stop". */
  writing: boolean
  onSend: (text: string) => void
  onStop: () => void
  input: RefObject<HTMLTextAreaElement | null>
}

/** Where a person writes. What is not sent is still there after a reload. */
export function Composer({ draftKey, writing, onSend, onStop, input }: Props) {
  const [text, setText] = useState('')
  const tooLong = text.length > MAX_CHARACTERS
  const canSend = text.trim() !== '' && !tooLong && !writing
  const key = useRef(draftKey)

  useEffect(() => {
    setText(readDraft(draftKey))
    key.current = draftKey
  }, [draftKey])

  function change(next: string): void {
    setText(next)
    writeDraft(draftKey, next)
  }

  function send(): void {
    if (!canSend) return
    onSend(text)
    change('')
    input.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className="composer mx-auto w-full max-w-[46rem] px-3 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-4"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {tooLong && (
        <p role="alert" className="px-4 pb-2 text-danger text-sm">
          This message has {text.length.toLocaleString('en')} characters; a message can have at most{' '}
          {MAX_CHARACTERS.toLocaleString('en')}. Shorten it, or send it in parts.
        </p>
      )}
      <div className="flex items-end gap-2 rounded-3xl border border-line bg-raised py-2 pr-2 pl-5 shadow-float transition-colors focus-within:border-ink-faint">
        <textarea
          ref={input}
          aria-label="Message"
          placeholder="Write a message"
          rows={1}
          dir="auto"
          enterKeyHint="send"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-[40dvh] min-h-9 grow resize-none bg-transparent py-1.5 text-base leading-6 outline-none placeholder:text-ink-faint"
        />
        {writing ? (
          <button type="button" aria-label="Stop" title="Stop" onClick={onStop} className={ROUND}>
            <Square size={14} fill="currentColor" aria-hidden />
          </button>
        ) : (
          <button type="submit" aria-label="Send" title="Send" disabled={!canSend} className={ROUND}>
            <ArrowUp size={18} aria-hidden />
          </button>
        )}
      </div>
    </form>
  )
}

/** Enter that ends the composition of a character; 229 is what Safari reports of it. */
export const isComposing = (event: KeyboardEvent): boolean =>
  event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229

const ROUND =
  'inline-flex size-9 shrink-0 items-center justify-center rounded-full bg-ink text-canvas transition-opacity hover:opacity-85 disabled:bg-line disabled:text-ink-faint pointer-coarse:size-11'
