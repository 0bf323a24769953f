import type {
  ApiKeyList,
  ApiKeyMade,
  ModelTest,
  SearchResults,
  SessionItem,
  Settings,
  UsageView,
} from '#lib/chat/types.ts'
import { getJson, query, request, sendJson, sessionPath } from './api.ts'

/** The requests of what is loaded when it is asked for: search, settings, files. They reject with an `ApiFailure`. */

export const searchSessions = (text: string, signal: AbortSignal): Promise<SearchResults> =>
  getJson(`/api/search${query({ q: text })}`, signal)

export const getSettings = (): Promise<Settings> => getJson('/api/settings')

export const changeSettings = (patch: Partial<Settings>): Promise<Settings> =>
  sendJson('PATCH', '/api/settings', patch)

export const testModel = (): Promise<ModelTest> => sendJson('POST', '/api/model/test')

export const getUsage = (): Promise<UsageView> => getJson('/api/usage')

export const listKeys = (): Promise<ApiKeyList> => getJson('/api/keys')

export const createKey = (name: string): Promise<ApiKeyMade> => sendJson('POST', '/api/keys', { name })

export async function revokeKey(id: string): Promise<void> {
  await request(`/api/keys/${encodeURIComponent(id)}`, { method: 'DELETE' })
}

/** Everything of this person's, for good; afterwards this browser is nobody's. */
export async function deleteEverything(): Promise<void> {
  await request('/api/me', { method: 'DELETE' })
}

export type ExportFormat = 'markdown' | 'json'

/** Saves a session as a file where the browser puts files. */
export async function saveSession({ id }: Pick<SessionItem, 'id'>, format: ExportFormat): Promise<void> {
  await saveFile(`${sessionPath(id)}/export${query({ format })}`)
}

export const saveEverything = (): Promise<void> => saveFile('/api/export')

/** Loaded first and saved then: a refusal is a sentence on the screen and no file of that name. */
async function saveFile(path: string): Promise<void> {
  const answer = await request(path, { cache: 'no-store' })
  const name = /filename="([^"]+)"/u.exec(answer.headers.get('content-disposition') ?? '')?.[1]
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name ?? 'motorhead-chat.txt'
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
