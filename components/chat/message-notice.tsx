'use client'

import type { ReactNode } from 'react'
import type { ThreadMessage } from '#lib/client/session-state.ts'

type Props = {
  message: ThreadMessage
  /** Only the last message can go on. */
  isLast: boolean
  onRetrySend: (byKeyboard: boolean) => void
  onDiscard: () => void
  onRetry: (byKeyboard: boolean) => void
  onContinue: (byKeyboard: boolean) => void
}

/** What became of a message, when it is not simply there. */
export function MessageNotice({ message, isLast, onRetrySend, onDiscard, onRetry, onContinue }: Props) {
  if (message.send?.state === 'failed') {
    return (
      <Alert text={message.send.error}>
        <TextButton onClick={onRetrySend}>Retry</TextButton>
        <TextButton onClick={onDiscard}>Take back</TextButton>
      </Alert>
    )
  }
  switch (message.status) {
    case 'failed':
      return (
        <Alert text={message.error ?? 'This reply failed.'}>
          <TextButton onClick={onRetry}>Retry</TextButton>
        </Alert>
      )
    case 'interrupted':
      return (
        <Quiet text="This reply was interrupted.">
          {isLast && message.text !== '' && <TextButton onClick={onContinue}>Continue</TextButton>}
          <TextButton onClick={onRetry}>Retry</TextButton>
        </Quiet>
      )
    case 'stopped':
      return (
        <Quiet text="Stopped.">
          {isLast && message.text !== '' && <TextButton onClick={onContinue}>Continue</TextButton>}
        </Quiet>
      )
    case 'streaming':
      if (message.waiting) return <Working text="Waiting for the reply before it." />
      return message.text === '' ? <Working text="Thinking…" /> : null
    case 'complete':
      return null
    default:
      return message.status satisfies never
  }
}

function Alert({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div
      role="alert"
      className="mt-2 mb-1 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-xl bg-danger-surface px-4 py-2.5 text-danger text-sm"
    >
      <span className="min-w-48 grow text-pretty">{text}</span>
      {children}
    </div>
  )
}

function Quiet({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="my-1 flex flex-wrap items-center gap-3 text-ink-muted text-sm">
      <span>{text}</span>
      {children}
    </div>
  )
}

function Working({ text }: { text: string }) {
  return (
    <p className="working my-1 flex items-center gap-2.5 text-ink-muted text-sm">
      <span aria-hidden className="flex gap-1">
        <i />
        <i />
        <i />
      </span>
      {text}
    </p>
  )
}

function TextButton(props: { onClick: (byKeyboard: boolean) => void; children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={(event) => props.onClick(event.detail === 0)}
      className="rounded font-medium text-ink underline decoration-ink-faint underline-offset-4 hover:decoration-ink pointer-coarse:py-2"
    >
      {props.children}
    </button>
  )
}
