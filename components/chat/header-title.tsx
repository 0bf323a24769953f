'use client'

import { usePathname } from 'next/navigation'
import { useEffect } from 'react'
import type { SessionPage } from '#lib/chat/types.ts'
import { useSessions } from '#lib/client/sessions-store.ts'

const APP_NAME = 'motorhead-chat'

/** The title of the open session, in the header and in the browser's tab; it follows a rename. */
export function HeaderTitle({ initial }: { initial: SessionPage }) {
  const pathname = usePathname()
  const { sessions } = useSessions(initial)
  const title = sessions.find(({ id }) => pathname === `/s/${id}`)?.title
  useEffect(() => {
    if (title) document.title = `${title} · ${APP_NAME}`
    else if (pathname === '/') document.title = APP_NAME
  }, [title, pathname])
  return (
    <p dir="auto" className="min-w-0 grow truncate px-1.5 text-ink-muted text-sm">
      {title}
    </p>
  )
}
