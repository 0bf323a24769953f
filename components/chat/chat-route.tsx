'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import type { ModelStatus, SessionView } from '#lib/chat/types.ts'
import { onPageEvent } from '#lib/client/page-events.ts'
import { Chat } from './chat.tsx'

const addressOf = (sessionId: string) => `/s/${sessionId}`

/** The page of a session that exists. */
export function SessionPage({ view, model }: { view: SessionView; model: ModelStatus }) {
  return (
    <Chat
      key={view.session.id}
      sessionId={view.session.id}
      view={view}
      temporary={view.session.temporary}
      model={model}
      onStarted={nothing}
    />
  )
}

/**
 * The page "/": a chat that gets its address with its first message, without a navigation that would take the screen
 * apart. From there "New chat" leads to "/" again, which is this same page, and must be an empty one. A temporary chat is
 * "/?temporary" and never gets an address: a reload is the end of it.
 */
export function NewChatPage({ model, firstRun }: { model: ModelStatus; firstRun: boolean }) {
  const pathname = usePathname()
  const isTemporary = useSearchParams().has('temporary')
  const place = `${pathname}${isTemporary ? '?temporary' : ''}`
  const [seenPlace, setSeenPlace] = useState(place)
  const [chat, setChat] = useState(() => newChat(isTemporary))
  if (place !== seenPlace) {
    setSeenPlace(place)
    if (pathname === '/') setChat(newChat(isTemporary))
  }
  const shown = useRef(chat.sessionId)
  useEffect(() => {
    shown.current = chat.sessionId
  }, [chat])
  // While the first message is on its way, or has failed, the address is still "/"; that of a temporary chat always is.
  useEffect(
    () =>
      onPageEvent('new-chat', () => {
        const { pathname: path, search } = window.location
        if (path === '/' && search === '') setChat(newChat(false))
      }),
    [],
  )
  // Back and forward can bring this page up under the address of an older chat that began on it.
  const isOther = pathname !== '/' && pathname !== addressOf(chat.sessionId)
  useEffect(() => {
    if (isOther) window.location.reload()
  }, [isOther])
  const { sessionId, temporary } = chat
  return (
    <Chat
      key={sessionId}
      sessionId={sessionId}
      view={null}
      temporary={temporary}
      firstRun={firstRun}
      model={model}
      onStarted={() => {
        // The person may have gone to another chat while the first message was on its way.
        const isShown = shown.current === sessionId && window.location.pathname === '/'
        if (isShown && !temporary) window.history.replaceState(null, '', addressOf(sessionId))
      }}
    />
  )
}

const newChat = (temporary: boolean) => ({ sessionId: crypto.randomUUID() as string, temporary })

const nothing = () => {}
