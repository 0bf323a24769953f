'use client'

import { Check, ChevronLeft, ChevronRight, Copy, Eraser, Pencil, ReceiptText, RefreshCw } from 'lucide-react'
import { type MouseEvent, useEffect, useRef, useState } from 'react'
import { copyText } from '#components/ui/copy-text.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import type { ThreadMessage } from '#lib/client/session-state.ts'

const COPIED_MS = 1600

type Props = {
  message: ThreadMessage
  /** The editor was left: the focus goes back to where it was opened. */
  focusEdit: boolean
  onEdit: () => void
  onRegenerate: (byKeyboard: boolean) => void
  onVersion: (messageId: string) => void
  receiptShown: boolean
  onReceipt: () => void
  onForget: () => void
}

/** Under a message: shown to the pointer, the focus and the finger; always there on the last one. */
export function MessageActions(props: Props) {
  const { message, focusEdit, onEdit, onRegenerate, onVersion, receiptShown, onReceipt, onForget } = props
  const { role, status, send, versions } = message
  // The notice of such a reply offers Retry, which is the same.
  const hasRetry = status === 'failed' || status === 'interrupted'
  if (status === 'streaming' || send) return <div className="h-8 pointer-coarse:h-11" />
  return (
    <div
      className={`message-actions flex h-8 items-center gap-0.5 pointer-coarse:h-11 ${role === 'user' ? 'justify-end' : '-ml-1.5'}`}
    >
      {versions.length > 1 && <Versions message={message} onVersion={onVersion} />}
      {message.text !== '' && <CopyButton text={message.text} />}
      {role === 'user' ? (
        <IconButton label="Edit" autoFocus={focusEdit} onClick={onEdit}>
          <Pencil size={15} aria-hidden />
        </IconButton>
      ) : hasRetry ? null : (
        <IconButton label="Regenerate" onClick={(event) => onRegenerate(event.detail === 0)}>
          <RefreshCw size={15} aria-hidden />
        </IconButton>
      )}
      {message.hasReceipt && (
        <IconButton label="Receipt" aria-expanded={receiptShown} onClick={onReceipt}>
          <ReceiptText size={15} aria-hidden />
        </IconButton>
      )}
      <IconButton label="Forget" onClick={onForget}>
        <Eraser size={15} aria-hidden />
      </IconButton>
    </div>
  )
}

/** The button that gets the focus when its version comes: the one that was pressed goes with the version before. */
let awaited: { version: string; label: string } | null = null

function Versions({ message, onVersion }: Pick<Props, 'message' | 'onVersion'>) {
  const { versions } = message
  const index = versions.indexOf(message.id)
  const group = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (awaited?.version !== message.id) return
    const buttons = [...(group.current?.querySelectorAll<HTMLButtonElement>('button:enabled') ?? [])]
    const same = buttons.find(({ ariaLabel }) => ariaLabel === awaited?.label)
    awaited = null
    if (document.activeElement === document.body) (same ?? buttons[0])?.focus()
  }, [message.id])

  function ask(version: string, event: MouseEvent<HTMLButtonElement>): void {
    awaited = event.detail === 0 ? { version, label: event.currentTarget.ariaLabel ?? '' } : null
    onVersion(version)
  }

  const [before, after] = [versions[index - 1], versions[index + 1]]
  return (
    <span ref={group} className="message-versions flex items-center text-ink-muted text-xs tabular-nums">
      <IconButton
        label="Previous version"
        disabled={!before}
        onClick={(event) => before && ask(before, event)}
      >
        <ChevronLeft size={16} aria-hidden />
      </IconButton>
      <span>
        {index + 1}/{versions.length}
      </span>
      <IconButton label="Next version" disabled={!after} onClick={(event) => after && ask(after, event)}>
        <ChevronRight size={16} aria-hidden />
      </IconButton>
    </span>
  )
}

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(setCopied, COPIED_MS, false)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <IconButton label="Copy" onClick={() => void copyText(text).then(setCopied)}>
      {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      {copied && (
        <span role="status" className="sr-only">
          Copied.
        </span>
      )}
    </IconButton>
  )
}
