'use client'

import { useState } from 'react'
import { directionOf } from '#lib/client/text-direction.ts'
import { BUTTON, FIELD, Section } from './section.tsx'

/** As the server has it. */
const MAX_CHARACTERS = 4000

type Props = { text: string; onSave: (text: string) => Promise<boolean> }

/** The person's own words for every reply; what is not saved yet stays in the field, whatever is kept elsewhere meanwhile. */
export function CustomInstructions({ text: kept, onSave }: Props) {
  const [unsaved, setUnsaved] = useState<string | null>(null)
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle')
  const text = unsaved ?? kept
  const tooLong = text.length > MAX_CHARACTERS

  async function save(): Promise<void> {
    setState('saving')
    const saved = await onSave(text)
    if (saved) setUnsaved((now) => (now === text ? null : now))
    setState(saved ? 'saved' : 'idle')
  }

  return (
    <Section
      title="Custom instructions"
      about="What every reply should take into account: who you are, how long, in which tone or language. The model is given these words as yours."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
        className="space-y-2"
      >
        <textarea
          aria-label="Custom instructions"
          rows={4}
          dir={directionOf(text)}
          value={text}
          placeholder="Answer briefly. I know my way around TypeScript."
          onChange={(event) => {
            setUnsaved(event.target.value)
            setState('idle')
          }}
          className={`${FIELD} field-sizing-content max-h-80 min-h-24 resize-none leading-relaxed`}
        />
        <div className="flex flex-wrap items-center gap-3">
          <button type="submit" disabled={text === kept || tooLong || state === 'saving'} className={BUTTON}>
            Save instructions
          </button>
          <span className={`text-sm tabular-nums ${tooLong ? 'text-danger' : 'text-ink-faint'}`}>
            {text.length.toLocaleString('en')} of {MAX_CHARACTERS.toLocaleString('en')}
          </span>
          <span role="status" className="text-ink-muted text-sm">
            {state === 'saved' && 'Saved.'}
          </span>
        </div>
      </form>
    </Section>
  )
}
