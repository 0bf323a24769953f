'use client'

import { useState } from 'react'
import { isComposing } from '#components/ui/text-field.ts'
import { SmallButton } from './small-button.tsx'

type Props = {
  initial: string
  /** Resolves to a sentence when it was refused. */
  onSave: (context: string) => Promise<string | null>
  onCancel: () => void
}

/** The summary as text, in its place. The very next prompt has what is saved. */
export function ContextEditor({ initial, onSave, onCancel }: Props) {
  const [text, setText] = useState(initial)
  const [saving, setSaving] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function save(): Promise<void> {
    setSaving(true)
    setProblem(await onSave(text))
    setSaving(false)
  }

  return (
    <form
      className="mt-2.5 space-y-2"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <textarea
        aria-label="Summary text"
        // biome-ignore lint/a11y/noAutofocus: the person has just asked for it
        autoFocus
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || isComposing(event)) return
          event.preventDefault()
          onCancel()
        }}
        className="field-sizing-content max-h-[55dvh] min-h-40 w-full resize-none rounded-xl border border-line bg-raised px-3 py-2.5 text-base leading-relaxed outline-none focus:border-ink-faint md:text-sm"
      />
      <p className="text-ink-muted text-xs">One fact a line. The next reply is given it as it stands here.</p>
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
      <div className="flex gap-1.5">
        <SmallButton
          type="submit"
          disabled={saving || text === initial}
          className="!border-ink bg-ink !text-canvas hover:bg-ink hover:opacity-85"
        >
          Save summary
        </SmallButton>
        <SmallButton onClick={onCancel}>Cancel</SmallButton>
      </div>
    </form>
  )
}
