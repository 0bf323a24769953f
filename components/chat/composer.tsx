'use client'

import { ArrowUp, Square } from 'lucide-react'
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { isComposing, useGrowingField } from '#components/ui/text-field.ts'
import { clearDraft, NEW_CHAT, readDraft, writeDraft } from '#lib/client/drafts.ts'
import { directionOf } from '#lib/client/text-direction.ts'
import { takeUnsent } from '#lib/client/unsent.ts'

/** What the server takes, said before it has to refuse. */
const MAX_CHARACTERS = 100_000

export type ComposerHandle = {
  focus(): void
  /** Puts `text` before what is written, which is kept. */
  insert(text: string): void
  /** The same with an example, which gives way to the next one while it is left as it is. */
  suggest(text: string): void
}

type Props = {
  /** Under which name the unsent text is kept on this device; `null`: it is not. */
  draftKey: string | null
  temporary?: boolean
  /** A reply is being written: the button is "Stop". */
  writing: boolean
  onSend: (text: string) => void
  onStop: () => void
  ref: Ref<ComposerHandle>
}

/** Where a person writes. What is not sent is still there after a reload. */
export function Composer({ draftKey, temporary = false, writing, onSend, onStop, ref }: Props) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const suggested = useRef('')
  const keptUnder = useRef(draftKey)
  const tooLong = text.length > MAX_CHARACTERS
  const canSend = text.trim() !== '' && !tooLong && !writing
  useGrowingField(field, text)

  // What was typed before the page came to life counts more than what was kept.
  useEffect(() => {
    const typed = field.current?.value ?? ''
    const before = keptUnder.current
    keptUnder.current = draftKey
    if (before !== null && before !== draftKey) clearDraft(before, typed)
    if (draftKey === null) return setText(typed)
    if (typed) writeDraft(draftKey, typed)
    const draft = typed || readDraft(draftKey)
    setText(draftKey === NEW_CHAT ? takeUnsent(draft) : draft)
  }, [draftKey])

  function change(next: string): void {
    setText(next)
    if (draftKey !== null) writeDraft(draftKey, next)
  }

  function send(): void {
    field.current?.focus()
    if (!canSend) return
    setText('')
    if (draftKey !== null) clearDraft(draftKey, text)
    onSend(text)
  }

  function insert(addition: string, isFree = text.trim() === ''): void {
    const next = isFree ? addition : `${addition}\n\n${text}`
    change(next)
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(next.length, next.length)
    })
  }

  function suggest(example: string): void {
    insert(example, text.trim() === '' || text === suggested.current)
    suggested.current = example
  }
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus(), insert, suggest }))

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className="mx-auto w-full max-w-[46rem] px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-4"
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
      <div
        className={`flex items-end gap-2 rounded-[1.75rem] border bg-raised py-2 pr-2 pl-5 shadow-float transition-colors has-[textarea:focus]:border-ink-faint ${temporary ? 'border-ink-faint border-dashed' : 'border-line'}`}
      >
        <textarea
          ref={field}
          aria-label="Message"
          data-composer
          placeholder="Write a message"
          rows={1}
          dir={directionOf(text)}
          enterKeyHint="send"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-[40dvh] min-h-9 min-w-0 grow resize-none bg-transparent py-1.5 text-base leading-6 outline-none placeholder:text-ink-faint pointer-coarse:min-h-11 pointer-coarse:py-2.5"
        />
        {writing ? (
          <button
            // One element for both would turn into "Send" within the click on "Stop", and send the draft.
            key="stop"
            type="button"
            aria-label="Stop"
            title="Stop"
            onClick={(event) => {
              // By keyboard, the focus would be gone with the button.
              if (event.detail === 0) field.current?.focus()
              onStop()
            }}
            className={ROUND}
          >
            <Square size={14} fill="currentColor" aria-hidden />
          </button>
        ) : (
          <button
            key="send"
            type="submit"
            aria-label="Send"
            title="Send"
            disabled={!canSend}
            className={ROUND}
          >
            <ArrowUp size={18} aria-hidden />
          </button>
        )}
      </div>
    </form>
  )
}

const ROUND =
  'inline-flex size-9 shrink-0 items-center justify-center rounded-full bg-ink text-canvas transition-opacity hover:opacity-85 disabled:bg-hover disabled:text-ink-faint disabled:opacity-100 pointer-coarse:size-11'
