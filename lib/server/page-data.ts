import 'server-only'
import { cache } from 'react'
import type { ModelStatus, SessionPage, SessionView, Settings } from '#lib/chat/types.ts'
import { DEFAULT_SETTINGS } from '#lib/memory/store/settings-store.ts'
import { app } from './app.ts'
import { toHttpError } from './http-error.ts'
import { readUser } from './identity.ts'

/** What a page shows, or the sentence that says why it cannot. */
export type PageData<T> = { data: T } | { problem: string }

const NO_SESSIONS: SessionPage = { sessions: [], next: null }

/** The sidebar's first page, read once a request; empty while the store cannot be read: the page itself then says why. */
export const loadSessions = cache(async (): Promise<SessionPage> => {
  const loaded = await orProblem(async () => {
    const user = await readUser()
    return user ? (await app()).chat.listSessions(user, null) : NO_SESSIONS
  })
  return 'data' in loaded ? loaded.data : NO_SESSIONS
})

export function loadModel(): Promise<PageData<ModelStatus>> {
  return orProblem(async () => (await (await app()).models.current()).status)
}

export function loadSettings(): Promise<PageData<{ settings: Settings; model: ModelStatus }>> {
  return orProblem(async () => {
    const [user, { library, models }] = await Promise.all([readUser(), app()])
    const settings = user ? await library.settings(user) : DEFAULT_SETTINGS
    return { settings, model: (await models.current(settings.model)).status }
  })
}

/** `view` is `null` when the session is absent or somebody else's. */
export function loadSession(
  sessionId: string,
): Promise<PageData<{ view: SessionView | null; model: ModelStatus }>> {
  return orProblem(async () => {
    const [user, { chat, models }] = await Promise.all([readUser(), app()])
    const [view, { status }] = await Promise.all([user ? chat.view(user, sessionId) : null, models.current()])
    return { view, model: status }
  })
}

/** A store that cannot be read is a sentence on the screen, not a crash of the page. */
async function orProblem<T>(load: () => Promise<T>): Promise<PageData<T>> {
  try {
    return { data: await load() }
  } catch (error) {
    // Not by class: Next bundles pages apart from where the app was opened, so they hold another MemoryError.
    const refusal = toHttpError(error)
    if (refusal.code === 'storage') return { problem: refusal.message }
    throw error
  }
}
