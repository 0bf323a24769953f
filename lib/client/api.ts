import type {
  ApiError,
  ApiErrorCode,
  ChatRequest,
  ModelStatus,
  PagePlace,
  SessionDeleted,
  SessionItem,
  SessionPage,
  SessionView,
  StopRequest,
} from '#lib/chat/types.ts'

/** A request that was refused or did not arrive. `message` is a sentence for the person. */
export class ApiFailure extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number
  /** `offline`: no answer came. `unreadable`: an answer came that is none of ours, a proxy's for example. */
  readonly code: ApiErrorCode | 'offline' | 'unreadable'

  constructor(status: number, code: ApiFailure['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ApiFailure'
    this.status = status
    this.code = code
  }
}

/** Whether the server answered that it has nothing of that name. */
export const isAbsent = (error: unknown): boolean => error instanceof ApiFailure && error.status === 404

/** Server-sent events as bytes, as `lib/chat/types.ts` describes them. */
export type ByteStream = ReadableStream<Uint8Array>

/** Says of what was taken away that nothing brings it back: asking once more is of no use. */
export const TOO_LATE = 'It is too late to bring this back.'

const OFFLINE = 'You seem to be offline. Check your connection and try again.'

/** Newest activity first. */
export const listSessions = (cursor: string | null = null): Promise<SessionPage> =>
  getJson(`/api/sessions${query({ cursor })}`)

/** The newest page of a session, or the one at a place. */
export const getSession = (id: string, place: PagePlace = {}): Promise<SessionView> =>
  getJson(`${sessionPath(id)}${query(place)}`)

export const renameSession = (id: string, title: string): Promise<SessionItem> =>
  sendJson('PATCH', sessionPath(id), { title })

/** Keeps a session on top of the list, or no longer. */
export const pinSession = (id: string, pinned: boolean): Promise<SessionItem> =>
  sendJson('PATCH', sessionPath(id), { pinned })

/** Shows another version of a message; answers the path that goes through it. */
export const showVersion = (id: string, messageId: string): Promise<SessionView> =>
  sendJson('PATCH', sessionPath(id), { showVersion: messageId })

export const deleteSession = (id: string): Promise<SessionDeleted> => sendJson('DELETE', sessionPath(id))

/** The same for a page that is being left: it arrives after the page is gone, and nobody hears of it. */
export function deleteSessionOnLeaving(id: string): void {
  void fetch(sessionPath(id), { method: 'DELETE', keepalive: true }).catch(() => undefined)
}

/** Takes a deletion back, as long as the server keeps it; `TOO_LATE` when it does not. */
export async function restoreSession(id: string): Promise<void> {
  await request(`${sessionPath(id)}/restore`, { method: 'POST' }).catch(sayTooLate)
}

export async function stopRun(sessionId: string, runId: string): Promise<void> {
  const body: StopRequest = { runId }
  await request(`/api/chat/${encodeURIComponent(sessionId)}/stop`, jsonInit('POST', body))
}

export const getModel = (): Promise<ModelStatus> => getJson('/api/model')

/** Sends a turn; answers when the server has it. The same body again attaches to the same reply. */
export async function postChat(body: ChatRequest, signal?: AbortSignal): Promise<ByteStream> {
  const response = await request('/api/chat', { ...jsonInit('POST', body), ...(signal && { signal }) })
  return response.body ?? unreadable(response)
}

/** The events of a run from index `from` on; `null` when there is no such run any more: load the session. */
export async function getStream(
  sessionId: string,
  runId: string,
  from: number,
  signal?: AbortSignal,
): Promise<ByteStream | null> {
  const path = `/api/chat/${encodeURIComponent(sessionId)}/stream${query({ run: runId, from })}`
  const response = await request(path, { cache: 'no-store', ...(signal && { signal }) })
  if (response.status === 204) return null
  return response.body ?? unreadable(response)
}

export const sessionPath = (id: string): string => `/api/sessions/${encodeURIComponent(id)}`

export function query(parameters: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, String(value)]],
  )
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

/** For the failure of a request that brings something back. */
export function sayTooLate(error: unknown): never {
  if (!(error instanceof ApiFailure) || error.status !== 404) throw error
  throw new ApiFailure(error.status, error.code, TOO_LATE, { cause: error })
}

const jsonInit = (method: string, body?: unknown): RequestInit => ({
  method,
  ...(body !== undefined && {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }),
})

export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  readJson<T>(await request(path, { cache: 'no-store', ...(signal && { signal }) }))

export const sendJson = async <T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> => readJson<T>(await request(path, { ...jsonInit(method, body), ...(signal && { signal }) }))

export async function request(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause
    throw new ApiFailure(0, 'offline', OFFLINE, { cause })
  })
  if (!response.ok) throw await toFailure(response)
  return response
}

async function toFailure(response: Response): Promise<ApiFailure> {
  const body = (await response.json().catch(() => null)) as Partial<ApiError> | null
  const error = body?.error
  if (error && typeof error.message === 'string')
    return new ApiFailure(response.status, error.code, error.message)
  const sentence = `The server did not answer as expected (status ${response.status}). Try again in a moment.`
  return new ApiFailure(response.status, 'unreadable', sentence)
}

async function readJson<T>(response: Response): Promise<T> {
  return (await response.json().catch(() => unreadable(response))) as T
}

function unreadable(response: Response): never {
  const sentence = 'The answer of the server could not be read. Try again in a moment.'
  throw new ApiFailure(response.status, 'unreadable', sentence)
}
