'use client'

import { useEffect, useRef, useState } from 'react'
import { useStickToBottom } from 'use-stick-to-bottom'
import type { ModelStatus, SessionView } from '#lib/chat/types.ts'
import { NEW_CHAT, writeDraft } from '#lib/client/drafts.ts'
import { createSessionStore } from '#lib/client/session-store.ts'
import { sessionsStore } from '#lib/client/sessions-store.ts'
import { useSession } from '#lib/client/use-session.ts'
import { Composer } from './composer.tsx'
import { EmptyChat } from './empty-chat.tsx'
import { ModelBanner } from './model-banner.tsx'
import { Thread } from './thread.tsx'

type Props = {
  sessionId: string
  /** `null`: nothing was sent yet. */
  view: SessionView | null
  model: ModelStatus
  /** The first message is on its way: the chat has an address now. */
  onStarted: () => void
}

/** One open chat: the thread, what is to be said about it, and the composer. */
export function Chat({ sessionId, view, model, onStarted }: Props) {
  const [store] = useState(() =>
    createSessionStore(
      { sessionId, view },
      { onCreated: onStarted, onActivity: () => void sessionsStore.refresh() },
    ),
  )
  const state = useSession(store)
  const stick = useStickToBottom({ initial: 'instant', resize: 'instant' })
  const input = useRef<HTMLTextAreaElement>(null)
  // Changed to make the composer read its draft anew.
  const [draft, setDraft] = useState({ key: view ? sessionId : NEW_CHAT, version: 0 })

  useEffect(() => store.connect(), [store])
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) input.current?.focus()
  }, [])

  function send(text: string): void {
    void store.send(text)
    if (draft.key === NEW_CHAT) {
      writeDraft(NEW_CHAT, '')
      setDraft({ key: sessionId, version: 0 })
    }
    void stick.scrollToBottom('instant')
  }

  function fillComposer(text: string): void {
    writeDraft(draft.key, text)
    setDraft({ key: draft.key, version: draft.version + 1 })
    requestAnimationFrame(() => {
      const field = input.current
      field?.focus()
      field?.setSelectionRange(text.length, text.length)
    })
  }

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      {!model.connected && <ModelBanner />}
      {state.isEmpty ? (
        <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          <EmptyChat onPick={fillComposer} />
        </div>
      ) : (
        <Thread state={state} store={store} stick={stick} onTakeBack={fillComposer} />
      )}
      <div className="mx-auto w-full max-w-[44rem] px-4 sm:px-5">
        {state.notice && (
          <p
            role="alert"
            className="mb-2 flex items-center gap-3 rounded-xl bg-danger-surface px-4 py-2 text-danger text-sm"
          >
            <span className="grow">{state.notice}</span>
            <button
              type="button"
              className="underline underline-offset-4"
              onClick={() => store.dismissNotice()}
            >
              Dismiss
            </button>
          </p>
        )}
        {state.reconnecting && (
          <p role="status" className="mb-2 text-center text-ink-muted text-sm">
            The connection was lost. Trying again…
          </p>
        )}
      </div>
      {state.gone ? (
        <p role="status" className="px-4 py-6 text-center text-ink-muted text-sm">
          This chat was deleted.
        </p>
      ) : (
        <Composer
          key={draft.version}
          draftKey={draft.key}
          writing={state.run !== null}
          onSend={send}
          onStop={() => store.stop()}
          input={input}
        />
      )}
      <p role="status" className="sr-only">
        {state.announcement}
      </p>
    </main>
  )
}
