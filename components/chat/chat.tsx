'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { useStickToBottom } from 'use-stick-to-bottom'
import { MemoryDock } from '#components/memory/memory-dock.tsx'
import type { ModelStatus, SessionView } from '#lib/chat/types.ts'
import { NEW_CHAT } from '#lib/client/drafts.ts'
import { announce, onPageEvent } from '#lib/client/page-events.ts'
import { createSessionStore } from '#lib/client/session-store.ts'
import { sessionsStore } from '#lib/client/sessions-store.ts'
import { useSession } from '#lib/client/use-session.ts'
import { Composer, type ComposerHandle } from './composer.tsx'
import { EmptyChat } from './empty-chat.tsx'
import { ModelBanner } from './model-banner.tsx'
import { ProgramNote } from './program-note.tsx'
import { TemporaryNote } from './temporary-note.tsx'
import { Thread } from './thread.tsx'
import { useAskedMessage } from './use-asked-message.ts'
import { useLeftBehind } from './use-left-behind.ts'
import { useModel } from './use-model.ts'

type Props = {
  sessionId: string
  /** `null`: nothing was sent yet. */
  view: SessionView | null
  /** Nothing of it is remembered, and it is gone when it is left. */
  temporary: boolean
  /** The person has no chats yet. */
  firstRun?: boolean
  model: ModelStatus
  /** The first message is on its way: the chat has an address now. */
  onStarted: () => void
}

/** One open chat: the thread, what is to be said about it, and the composer. */
export function Chat({
  sessionId,
  view,
  temporary,
  firstRun = false,
  model: initialModel,
  onStarted,
}: Props) {
  // What is written in a temporary chat is kept nowhere, its draft included.
  const [draftKey, setDraftKey] = useState(temporary ? null : view ? sessionId : NEW_CHAT)
  const [store] = useState(() =>
    createSessionStore(
      { sessionId, view, temporary },
      {
        onCreated: moveIn,
        onActivity(session) {
          if (session) sessionsStore.setOpened(session)
          void sessionsStore.refresh()
        },
        onForgotten: () => announce('forgotten'),
      },
    ),
  )
  const state = useSession(store)
  // The end of a reply, a version chosen, a summary made.
  const moment = `${state.run === null} ${state.messages.findLast(({ summaryId }) => summaryId)?.summaryId} ${state.messages.at(-1)?.id}`
  const model = useModel(initialModel, state.run === null)
  const stick = useStickToBottom({ initial: 'instant', resize: 'instant' })
  const { scrollToBottom, stopScroll } = stick
  const composer = useRef<ComposerHandle>(null)

  useEffect(() => store.connect(), [store])
  useEffect(() => view?.session && sessionsStore.setOpened(view.session), [view])
  useEffect(() => {
    if (state.gone) sessionsStore.setOpened(null)
  }, [state.gone])
  useEffect(() => sessionsStore.watch(sessionId, store.listed), [sessionId, store])
  useLeftBehind(sessionId, temporary && !state.isEmpty)
  const arriving = useAskedMessage(store, stopScroll)
  useEffect(() => {
    // On a touch screen the keyboard would cover what the person came to read. Without any pointer the keyboard is all there is.
    if (!matchMedia('(pointer: coarse)').matches) composer.current?.focus()
  }, [])

  useEffect(() => {
    const leave = [
      onPageEvent('focus-composer', () => composer.current?.focus()),
      onPageEvent('stop-reply', () => store.stop()),
    ]
    return () => {
      for (const end of leave) end()
    }
  }, [store])

  /** A draft that is newer than the first message belongs to the session from now on: the composer keeps it there. */
  function moveIn(): void {
    if (!temporary) setDraftKey(sessionId)
    onStarted()
  }

  function send(text: string): void {
    void store.send(text)
    void scrollToBottom('instant')
  }

  // Messages render again when these change.
  const takeBack = useCallback((text: string) => composer.current?.insert(text), [])
  const followEnd = useCallback(() => {
    composer.current?.focus()
    void scrollToBottom('instant')
  }, [scrollToBottom])

  return (
    <div className="flex min-h-0 flex-1">
      <main className="flex min-h-0 min-w-0 flex-1 flex-col">
        {!model.connected && <ModelBanner />}
        {temporary && <TemporaryNote />}
        <ProgramNote sessionId={sessionId} />
        {state.isEmpty ? (
          <div className="relative flex min-h-0 flex-1 flex-col overflow-y-auto">
            <EmptyChat
              model={model}
              firstRun={firstRun}
              temporary={temporary}
              onPick={(text) => composer.current?.suggest(text)}
            />
          </div>
        ) : (
          <Thread
            state={state}
            store={store}
            stick={stick}
            hidden={arriving}
            onTakeBack={takeBack}
            onUnderWay={followEnd}
          />
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
                onClick={(event) => {
                  store.dismissNotice()
                  if (event.detail === 0) composer.current?.focus()
                }}
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
            ref={composer}
            draftKey={draftKey}
            temporary={temporary}
            writing={state.run !== null}
            onSend={send}
            onStop={() => store.stop()}
          />
        )}
        <p role="status" className="sr-only">
          {state.announcement}
        </p>
      </main>
      <MemoryDock
        sessionId={sessionId}
        store={store}
        exists={view !== null || state.messages.some(({ role, send }) => role === 'user' && send === null)}
        moment={moment}
      />
    </div>
  )
}
