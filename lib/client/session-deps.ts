import type { SessionItem, SessionView } from '#lib/chat/types.ts'
import * as httpApi from './api.ts'
import { browserPage, type PageSignals } from './page-signals.ts'
import { type TabChannel, tabChannel } from './tab-channel.ts'

/** The requests that an open session makes. */
export type SessionApi = Pick<
  typeof httpApi,
  'getSession' | 'postChat' | 'getStream' | 'stopRun' | 'showVersion'
>

export type SessionStoreDeps = {
  api: SessionApi
  channel: TabChannel
  page: PageSignals
  now: () => number
  /** The server has the first message of a new session: it has an address now. */
  onCreated(sessionId: string): void
  /** The list of sessions has something new to show; `null` when the item is not known here. */
  onActivity(session: SessionItem | null): void
  /** A message was forgotten, here or in another tab: what else shows its words is to load again. */
  onForgotten(): void
}

/** What an open session uses in a browser. Nothing is touched before it is used, so it may be made on the server too. */
export const inBrowser: SessionStoreDeps = {
  api: httpApi,
  channel: tabChannel,
  page: browserPage,
  now: Date.now,
  onCreated() {},
  onActivity() {},
  onForgotten() {},
}

/** What a session's state says when nothing special goes on. */
export const AT_REST = {
  loadingEarlier: false,
  loadingLater: false,
  announcement: '',
  notice: null as string | null,
  gone: false,
}

/** The session to open; `view: null` when nothing was ever sent. */
export type SessionStart = { sessionId: string; view: SessionView | null; temporary?: boolean }
