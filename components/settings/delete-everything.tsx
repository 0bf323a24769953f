'use client'

import { useState } from 'react'
import { useFocusBack } from '#components/ui/use-focus-back.ts'
import { deleteEverything } from '#lib/client/library-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { BUTTON, FIELD, Section } from './section.tsx'

const WORD = 'delete'

/** Two steps and a word: nothing brings it back. */
export function DeleteEverything() {
  const [asking, setAsking] = useState(false)
  const [word, setWord] = useState('')
  const [state, setState] = useState<'rest' | 'deleting'>('rest')
  const [problem, setProblem] = useState<string | null>(null)

  const opener = useFocusBack(asking)

  function cancel(): void {
    setAsking(false)
    setWord('')
    setProblem(null)
  }

  async function remove(): Promise<void> {
    setState('deleting')
    try {
      await deleteEverything()
      for (const key of Object.keys(localStorage))
        if (key.startsWith('motorhead-chat:')) localStorage.removeItem(key)
      // A page of its own: nothing of before is left in this one's memory.
      window.location.replace('/')
    } catch (error) {
      setProblem(sentenceOf(error))
      setState('rest')
    }
  }

  return (
    <Section
      title="Delete everything"
      about="All of your chats, summaries, settings and keys, for good. This browser is then nobody’s to this server."
    >
      {asking ? (
        <form
          className="space-y-2"
          onSubmit={(event) => {
            event.preventDefault()
            if (word.trim().toLowerCase() === WORD) void remove()
          }}
        >
          <label className="block text-sm">
            Type <strong className="font-medium">{WORD}</strong> to confirm
            <input
              // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
              autoFocus
              autoComplete="off"
              autoCapitalize="none"
              value={word}
              onChange={(event) => setWord(event.target.value)}
              className={`${FIELD} mt-1 max-w-64`}
            />
          </label>
          <div className="flex gap-2">
            <button
              type="submit"
              disabled={word.trim().toLowerCase() !== WORD || state === 'deleting'}
              className={`${BUTTON} border-danger text-danger`}
            >
              Delete everything for good
            </button>
            <button type="button" className={BUTTON} onClick={cancel}>
              Cancel
            </button>
          </div>
        </form>
      ) : (
        <button
          ref={opener}
          type="button"
          className={`${BUTTON} text-danger`}
          onClick={() => setAsking(true)}
        >
          Delete everything…
        </button>
      )}
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
    </Section>
  )
}
