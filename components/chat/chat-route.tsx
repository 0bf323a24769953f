'use client'

import { usePathname } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import type { ModelStatus, SessionView } from '#lib/chat/types.ts'
import { onNewChat } from '#lib/client/new-chat.ts'
import { Chat } from './chat.tsx'

const addressOf = (sessionId: string) => `/s/${sessionId}`

/** The page of a session that exists. */
export function SessionPage({ view, model }: { view: SessionView; model: ModelStatus }) {
  return (
    <Chat key={view.session.id} sessionId={view.session.id} view={view} model={model} onStarted={nothing} />
  )
}

/**
 * The page "/": a chat that gets its address with its first message, without a navigation that would take the screen
 * apart. From there "New chat" leads to "/" again, which is this same page, and must be an empty one.
 */
export function NewChatPage({ model }: { model: ModelStatus }) {
  const pathname = usePathname()
  const [seenPath, setSeenPath] = useState(pathname)
  const [sessionId, setSessionId] = useState(() => crypto.randomUUID())
  if (pathname !== seenPath) {
    setSeenPath(pathname)
    if (pathname === '/') setSessionId(crypto.randomUUID())
  }
  const shown = useRef(sessionId)
  useEffect(() => {
    shown.current = sessionId
  }, [sessionId])
  // While the first message is on its way, or has failed, the address is still "/".
  useEffect(() => onNewChat(() => window.location.pathname === '/' && setSessionId(crypto.randomUUID())), [])
  // Back and forward can bring this page up under the address of an older chat that began on it.
  const isOther = pathname !== '/' && pathname !== addressOf(sessionId)
  useEffect(() => {
    if (isOther) window.location.reload()
  }, [isOther])
  return (
    <Chat
      key={sessionId}
      sessionId={sessionId}
      view={null}
      model={model}
      onStarted={() => {
        // The person may have gone to another chat while the first message was on its way.
        const isShown = shown.current === sessionId && window.location.pathname === '/'
        if (isShown) window.history.replaceState(null, '', addressOf(sessionId))
      }}
    />
  )
}

const nothing = () => {}
