'use client'

import { memo, useEffect, useState } from 'react'
import { Markdown } from '#components/markdown/markdown.tsx'
import { late } from '#components/ui/late.tsx'
import type { SessionStore, ThreadMessage } from '#lib/client/session-state.ts'
import { MessageActions } from './message-actions.tsx'
import { MessageEditor } from './message-editor.tsx'
import { MessageNotice } from './message-notice.tsx'

const ReceiptCard = late(async () => (await import('#components/memory/receipt-card.tsx')).ReceiptCard)
const ForgetDialog = late(async () => (await import('#components/memory/forget-dialog.tsx')).ForgetDialog)

type Props = {
  message: ThreadMessage
  isLast: boolean
  sessionId: string
  store: SessionStore
  /** Puts the text of a message that was taken back into the composer. */
  onTakeBack: (text: string) => void
  /** A reply was asked for, and what had the focus is gone, or will be. */
  onUnderWay: () => void
}

/** One message with what can be done to it. Renders again only when the message itself changed. */
export const MessageView = memo(function MessageView({
  message,
  isLast,
  sessionId,
  store,
  onTakeBack,
  onUnderWay,
}: Props) {
  const [editing, setEditing] = useState<'no' | 'yes' | 'cancelled'>('no')
  const [showsReceipt, setShowsReceipt] = useState(false)
  const [forgetting, setForgetting] = useState(false)
  const { id, role, text, status } = message
  // The report of what was forgotten must not go with the message before it was read.
  useEffect(() => (forgetting ? store.hold() : undefined), [forgetting, store])
  const isUser = role === 'user'
  const ask = (byKeyboard: boolean, act: (messageId: string) => void) => {
    act(id)
    if (byKeyboard) onUnderWay()
  }

  return (
    <article
      aria-label={isUser ? 'You' : 'Assistant'}
      data-message={id}
      data-last={isLast || undefined}
      className={`message flex flex-col ${isUser ? 'items-end' : ''}`}
    >
      {editing === 'yes' ? (
        <MessageEditor
          text={text}
          onCancel={() => setEditing('cancelled')}
          onSave={(next) => {
            setEditing('no')
            store.edit(id, next)
            onUnderWay()
          }}
        />
      ) : isUser ? (
        <div
          dir="auto"
          className="wrap-anywhere max-w-[85%] whitespace-pre-wrap rounded-3xl rounded-br-lg bg-bubble px-4 py-2.5 leading-relaxed"
        >
          {text}
        </div>
      ) : (
        text !== '' && <Markdown text={text} streaming={status === 'streaming'} />
      )}
      <MessageNotice
        message={message}
        isLast={isLast}
        onRetrySend={(byKeyboard) => ask(byKeyboard, store.retry)}
        onDiscard={() => onTakeBack(store.discard(id))}
        onRetry={(byKeyboard) => ask(byKeyboard, store.regenerate)}
        onContinue={(byKeyboard) => ask(byKeyboard, store.goOn)}
      />
      {editing !== 'yes' && (
        <MessageActions
          message={message}
          focusEdit={editing === 'cancelled'}
          onEdit={() => setEditing('yes')}
          onRegenerate={(byKeyboard) => ask(byKeyboard, store.regenerate)}
          onVersion={(version) => store.showVersion(version)}
          receiptShown={showsReceipt}
          onReceipt={() => setShowsReceipt(!showsReceipt)}
          onForget={() => setForgetting(true)}
        />
      )}
      {showsReceipt && (
        <ReceiptCard sessionId={sessionId} messageId={id} onMissing={() => setShowsReceipt(false)} />
      )}
      {forgetting && (
        <ForgetDialog
          sessionId={sessionId}
          messageId={id}
          start={text}
          onForgotten={() => store.forgotten(id)}
          onClose={(mayBeGone) => {
            setForgetting(false)
            if (mayBeGone) store.memoryChanged()
          }}
          onMissing={() => setForgetting(false)}
        />
      )}
    </article>
  )
})
