'use client'

import { late } from '#components/ui/late.tsx'
import type { ModelStatus } from '#lib/chat/types.ts'
import { useListedSessions } from '#lib/client/sessions-store.ts'

const TestConnection = late(async () => (await import('./test-connection.tsx')).TestConnection)

/** Each shows the memory when it is followed by a question; they fill the composer and send nothing. */
const SUGGESTIONS = [
  { title: 'Tell it your name', text: 'Hi, my name is ' },
  { title: 'Give it a fact to keep', text: 'Please remember: my flight to Lisbon is on 3 May at 9:40.' },
  { title: 'Ask what it knows', text: 'What do you remember about me?' },
]

type Props = {
  model: ModelStatus
  /** The person has no chats yet, as far as the server knows. */
  firstRun: boolean
  temporary: boolean
  onPick: (text: string) => void
}

/** A chat before its first message: what it is in one sentence, and three things to try. */
export function EmptyChat({ model, firstRun, temporary, onPick }: Props) {
  const hasSessions = useListedSessions().length > 0
  return (
    <div className="mx-auto flex w-full max-w-[44rem] grow flex-col justify-center gap-7 px-5 py-10">
      <div className="space-y-2">
        <h1 className="text-balance font-semibold text-2xl tracking-tight">
          {temporary ? 'A chat that forgets' : 'A chat that remembers'}
        </h1>
        <p className="max-w-[34rem] text-pretty text-ink-muted leading-relaxed">
          {temporary
            ? 'Nothing is taken from your other chats, and nothing of this one is kept.'
            : 'The newest messages are kept word for word and older ones become a summary, so what you say at the start still counts at the end.'}
        </p>
      </div>
      {!temporary && (
        <ul className="grid gap-2 sm:grid-cols-3">
          {SUGGESTIONS.map(({ title, text }) => (
            <li key={title}>
              <button
                type="button"
                onClick={() => onPick(text)}
                className="flex h-full w-full flex-col rounded-2xl border border-line px-4 py-3 text-left transition-colors hover:bg-surface"
              >
                <span className="block font-medium text-sm">{title}</span>
                <span className="mt-1 block text-ink-muted text-sm leading-snug">{text}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {firstRun && !hasSessions && model.connected && (
        <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2 text-ink-muted text-sm pointer-coarse:min-h-11">
          <span>
            <strong className="font-medium text-ink">{model.label}</strong> will answer.
          </span>
          <TestConnection />
        </div>
      )}
    </div>
  )
}
