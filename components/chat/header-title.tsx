'use client'

import { usePathname } from 'next/navigation'
import { useEffect } from 'react'
import type { SessionItem, SessionPage } from '#lib/chat/types.ts'
import { useSessions } from '#lib/client/sessions-store.ts'

const APP_NAME = 'motorhead-chat'

/** The title of the open session, in the header and in the browser's tab; it follows a rename. */
export function HeaderTitle({ initial }: { initial: SessionPage }) {
  const pathname = usePathname()
  const { sessions, opened } = useSessions(initial)
  const isShown = ({ id }: SessionItem) => pathname === `/s/${id}`
  const title = (sessions.find(isShown) ?? (opened && isShown(opened) ? opened : null))?.title
  useEffect(() => {
    const before = document.title
    if (title) document.title = `${title} · ${APP_NAME}`
    else if (pathname === '/') document.title = APP_NAME
    if (document.title !== before) takeBackAnnounced(before)
  }, [title, pathname])
  return (
    <p dir="auto" className="min-w-0 grow truncate px-1.5 text-ink-muted text-sm">
      {title}
    </p>
  )
}

/**
 * Next says a page's title to screen readers and leaves it in the page until the next one: what was renamed or forgotten would
 * still be read there. The text node is Next's, and stays.
 */
function takeBackAnnounced(title: string): void {
  const announcer = document.querySelector('next-route-announcer')?.shadowRoot
  const said = announcer?.querySelector('[role=alert]')?.firstChild
  if (said?.nodeValue === title) said.nodeValue = ''
}
