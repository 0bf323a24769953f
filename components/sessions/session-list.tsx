'use client'

import { usePathname, useRouter } from 'next/navigation'
import { type RefObject, useRef, useSyncExternalStore } from 'react'
import { useLoadAhead } from '#components/ui/use-load-ahead.ts'
import type { SessionPage } from '#lib/chat/types.ts'
import { sessionsStore, useSessions } from '#lib/client/sessions-store.ts'
import { groupByDate } from './session-groups.ts'
import { SessionRow } from './session-row.tsx'

/** Older sessions are asked for this many pixels before their place comes into view. */
const LOAD_AHEAD_PX = 300

type Props = {
  /** What the server rendered, and when. */
  initial: SessionPage
  now: number
  onOpen: () => void
}

/** The box with the sessions under their dates, to the oldest one. */
export function SessionList(props: Props) {
  const box = useRef<HTMLDivElement>(null)
  return (
    <div ref={box} className="relative mt-2 min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
      <Listed {...props} box={box} />
    </div>
  )
}

function Listed({ initial, now, onOpen, box }: Props & { box: RefObject<HTMLElement | null> }) {
  const { sessions, next, loadingMore, problem, moreProblem } = useSessions(initial)
  const pathname = usePathname()
  const router = useRouter()
  const clock = useClock(now)
  /** As a link does: a drawer that stayed open would go back to the old page when it is closed. */
  const leaveFor = (address: string) => {
    onOpen()
    router.push(address)
  }

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
                onRemoved={(id) => pathname === `/s/${id}` && leaveFor('/')}
                onRestored={(id) => leaveFor(`/s/${id}`)}
              />
            ))}
          </ul>
        </section>
      ))}
      {next !== null && <OlderSessions box={box} next={next} loading={loadingMore} problem={moreProblem} />}
    </>
  )
}

type Older = {
  box: RefObject<HTMLElement | null>
  next: string
  loading: boolean
  problem: string | null
}

function OlderSessions({ box, next, loading, problem }: Older) {
  const mark = useRef<HTMLButtonElement>(null)
  const load = () => void sessionsStore.loadMore()
  useLoadAhead({ mark, box, aheadPx: LOAD_AHEAD_PX, end: next, load })
  return (
    <>
      <button
        ref={mark}
        type="button"
        aria-disabled={loading}
        onClick={load}
        className="w-full px-3 py-3 text-left text-ink-muted text-sm"
      >
        {loading ? 'Loading older chats…' : 'Show older chats'}
      </button>
      {problem && (
        <p role="alert" className="px-3 py-2 text-ink-muted text-sm">
          {problem}
        </p>
      )}
    </>
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
