import type { SessionItem } from '#lib/chat/types.ts'

export type SessionGroup = { label: string; sessions: SessionItem[] }

const DAY_MS = 86_400_000

/**
 * Sessions (newest first): the pinned ones on top, the others under the date of their last activity, as the person's
 * calendar has it: today, yesterday, the last 7 and 30 days, then by month. `timeZone`: an IANA name; absent: the one of the browser.
 */
export function groupByDate(
  sessions: readonly SessionItem[],
  now: number,
  timeZone?: string,
): SessionGroup[] {
  const dayOf = createDayOf(timeZone)
  const today = dayOf(now)
  const month = new Intl.DateTimeFormat('en', {
    month: 'long',
    year: 'numeric',
    ...(timeZone && { timeZone }),
  })
  const pinned = sessions.filter((session) => session.pinned)
  const groups: SessionGroup[] = pinned.length > 0 ? [{ label: 'Pinned', sessions: pinned }] : []
  for (const session of sessions) {
    if (session.pinned) continue
    const age = today - dayOf(session.updatedAt)
    const label = labelOf(age) ?? month.format(session.updatedAt)
    const group = groups.find((each) => each.label === label)
    if (group) group.sessions.push(session)
    else groups.push({ label, sessions: [session] })
  }
  return groups
}

function labelOf(daysAgo: number): string | null {
  // A clock that runs ahead is no reason for a group of its own.
  if (daysAgo <= 0) return 'Today'
  if (daysAgo === 1) return 'Yesterday'
  if (daysAgo <= 7) return 'Previous 7 days'
  if (daysAgo <= 30) return 'Previous 30 days'
  return null
}

/**
 * Numbers the days of a calendar, so that a day of 23 or 25 hours is still one day. From the parts of a date: how one is
 * written as a whole in a language differs from engine to engine.
 */
function createDayOf(timeZone?: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    ...(timeZone && { timeZone }),
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const [year = 0, month = 1, day = 1] = [parts.get('year'), parts.get('month'), parts.get('day')]
    return Math.round(Date.UTC(year, month - 1, day) / DAY_MS)
  }
}
