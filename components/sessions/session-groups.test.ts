import { expect, it } from 'vitest'
import type { SessionItem } from '#lib/chat/types.ts'
import { groupByDate } from './session-groups.ts'

const at = (iso: string): SessionItem => ({
  id: iso,
  title: iso,
  pinned: false,
  temporary: false,
  running: false,
  createdAt: 0,
  updatedAt: Date.parse(iso),
})
const labels = (now: string, zone: string, ...times: string[]) =>
  groupByDate(times.map(at), Date.parse(now), zone).map(
    ({ label, sessions }) => `${label}: ${sessions.length}`,
  )

it('groups by the calendar, newest first', () => {
  expect(
    labels(
      '2026-11-24T12:00:00Z',
      'UTC',
      '2026-11-24T00:00:00Z',
      '2026-11-23T23:59:59Z',
      '2026-11-23T00:00:00Z',
      '2026-11-17T00:00:00Z',
      '2026-11-16T23:00:00Z',
      '2026-10-25T00:00:00Z',
      '2026-10-24T00:00:00Z',
      '2025-10-24T00:00:00Z',
    ),
  ).toEqual([
    'Today: 1',
    'Yesterday: 2',
    'Previous 7 days: 1',
    'Previous 30 days: 2',
    'October 2026: 1',
    'October 2025: 1',
  ])
})

it('goes by the time zone of the person', () => {
  const [now, then] = ['2026-11-24T01:00:00Z', '2026-11-23T23:30:00Z']
  expect(labels(now, 'UTC', then)).toEqual(['Yesterday: 1'])
  expect(labels(now, 'America/New_York', then)).toEqual(['Today: 1'])
  expect(labels(now, 'Asia/Tokyo', then)).toEqual(['Today: 1'])
})

it('counts days, not hours, when the clocks change', () => {
  expect(labels('2026-10-25T22:30:00Z', 'Europe/Berlin', '2026-10-24T22:30:00Z')).toEqual(['Today: 1'])
  expect(labels('2026-10-25T23:30:00Z', 'Europe/Berlin', '2026-10-24T22:30:00Z')).toEqual(['Yesterday: 1'])
  expect(labels('2026-03-29T22:30:00Z', 'Europe/Berlin', '2026-03-28T23:30:00Z')).toEqual(['Yesterday: 1'])
})

it('takes a time in the future for today', () => {
  expect(labels('2026-11-24T12:00:00Z', 'UTC', '2026-11-26T12:00:00Z')).toEqual(['Today: 1'])
})
