'use client'

import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { SessionPage } from '#lib/chat/types.ts'
import { sessionsStore, useSessions } from '#lib/client/sessions-store.ts'
import { groupByDate } from './session-groups.ts'
import { SessionRow } from './session-row.tsx'

type Props = {
  /** What the server rendered, and when. */
  initial: SessionPage
  now: number
  onOpen: () => void
}

/** The sessions under their dates, to the oldest one. */
export function SessionList({ initial, now, onOpen }: Props) {
  const { sessions, hasMore, loadingMore, problem } = useSessions(initial)
  const pathname = usePathname()
  const router = useRouter()
  const clock = useClock(now)

  if (sessions.length === 0) {
    return problem ? (
      <div role="alert" className="space-y-2 px-3 py-4 text-ink-muted text-sm">
        <p>{problem}</p>
        <button
          type="button"
          className="underline underline-offset-4"
          onClick={() => void sessionsStore.refresh()}
        >
          Try again
        </button>
      </div>
    ) : (
      <p className="px-3 py-4 text-ink-muted text-sm">Your chats will be listed here.</p>
    )
  }
  return (
    <>
      {groupByDate(sessions, clock.now, clock.timeZone).map((group) => (
        <section key={group.label} aria-label={group.label} className="mb-3">
          <h2 className="px-3 pt-2 pb-1 font-medium text-ink-faint text-xs">{group.label}</h2>
          <ul>
            {group.sessions.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                isOpen={pathname === `/s/${session.id}`}
                onOpen={onOpen}
                onRemoved={(id) => pathname === `/s/${id}` && router.push('/')}
                onRestored={(id) => router.push(`/s/${id}`)}
              />
            ))}
          </ul>
        </section>
      ))}
      {hasMore && <OlderSessions loading={loadingMore} />}
      {problem && (
        <p role="alert" className="px-3 py-2 text-ink-muted text-sm">
          {problem}
        </p>
      )}
    </>
  )
}

/** Loads the next page when its place comes near. */
function OlderSessions({ loading }: { loading: boolean }) {
  const mark = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (loading || !mark.current) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void sessionsStore.loadMore()
      },
      { rootMargin: '0px 0px 300px 0px' },
    )
    observer.observe(mark.current)
    return () => observer.disconnect()
  }, [loading])
  return (
    <button
      ref={mark}
      type="button"
      disabled={loading}
      onClick={() => void sessionsStore.loadMore()}
      className="w-full px-3 py-3 text-left text-ink-muted text-sm"
    >
      {loading ? 'Loading older chats…' : 'Show older chats'}
    </button>
  )
}

/** The server groups by its own clock in UTC; the browser corrects that to the person's as soon as it can. */
function useClock(serverNow: number): { now: number; timeZone?: string } {
  const inBrowser = useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
  return inBrowser ? { now: Date.now() } : { now: serverNow, timeZone: 'UTC' }
}
