import { z } from 'zod'

/** Where a Motörhead is, and what it wants to know of us. */
export type RemoteAddress = { url: string; apiKey?: string; clientId?: string }

export type Said = { role: string; content: string }

/** What a Motörhead holds of a session. `messages` is oldest first. */
export type RemoteMemory = { messages: Said[]; context: string | null }

/** What one POST saves: `messages` oldest first, `context` in place of the summary there unless it is `null`. */
export type RemoteSave = RemoteMemory

/**
 * - `unreachable`: no answer, not in time, or cut off; a save may have arrived all the same
 * - `refused`: it does not want these messages, and never will; what no Motörhead takes is not sent at all
 * - `failed`: an answer that is none: an error, a redirect, a page
 */
export type RemoteErrorCode = 'unreachable' | 'refused' | 'failed'

export class RemoteError extends Error {
  override name = 'RemoteError'
  readonly code: RemoteErrorCode

  constructor(code: RemoteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export type RemoteClient = {
  /** Where it is, as a person may read it. */
  host: string
  load(sessionId: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<RemoteMemory>
  append(sessionId: string, save: RemoteSave, options: { key: string; signal: AbortSignal }): Promise<void>
  remove(sessionId: string, signal: AbortSignal): Promise<void>
}

/** A save is answered after a write to a database; a Motörhead that is busy summarising may take its time. */
const SAVE_TIMEOUT_MS = 15_000

/**
 * An original refuses a longer body without reading it, and then answers nothing more on that connection: the next request
 * would wait for its time limit. Its limit is built in (actix-web's for JSON).
 */
const MAX_SAVE_BYTES = 2 * 1024 * 1024

/** A full window of the longest messages that can be saved; more is no answer to us. */
const MAX_ANSWER_BYTES = 16 * MAX_SAVE_BYTES

/** Statuses with which a server says that this very body is the problem. */
const REFUSALS = new Set([400, 409, 413, 415, 422])

const memorySchema = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  context: z.string().nullish(),
})

/**
 * Speaks Motörhead's HTTP API to an original, to the shape of its managed service, or to one of ours. Every method throws
 * `RemoteError`. Redirects are not followed: they would carry the key to wherever they point.
 */
export function createRemoteClient({ url, apiKey, clientId }: RemoteAddress): RemoteClient {
  const addressOf = (sessionId: string) => `${url}/sessions/${encodeURIComponent(sessionId)}/memory`
  const headers = {
    accept: 'application/json',
    ...(apiKey && { 'x-metal-api-key': apiKey }),
    ...(clientId && { 'x-metal-client-id': clientId }),
  }

  async function request(sessionId: string, init: RequestInit, signals: AbortSignal[]): Promise<string> {
    const signal = AbortSignal.any(signals)
    try {
      const response = await fetch(addressOf(sessionId), {
        ...init,
        signal,
        redirect: 'manual',
        cache: 'no-store',
        headers: { ...headers, ...init.headers },
      })
      const text = await readText(response)
      if (response.ok) return text
      throw new RemoteError(
        REFUSALS.has(response.status) ? 'refused' : 'failed',
        sentenceFor(response.status, new URL(url).host),
      )
    } catch (error) {
      if (error instanceof RemoteError) throw error
      throw new RemoteError('unreachable', `The Motörhead at ${new URL(url).host} does not answer.`, {
        cause: error,
      })
    }
  }

  return {
    host: new URL(url).host,

    async load(sessionId, { timeoutMs, signal }) {
      const signals = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]
      return parseMemory(await request(sessionId, {}, signals), new URL(url).host)
    },

    async append(sessionId, save, { key, signal }) {
      const body = bodyOf(save)
      if (!holds(body)) throw tooLong(new URL(url).host)
      const answer = await request(
        sessionId,
        { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body },
        [signal, AbortSignal.timeout(SAVE_TIMEOUT_MS)],
      )
      // The page of a proxy in between comes with a 200, too.
      if (typeof unwrap(answer) !== 'object' || unwrap(answer) === null) throw strange(new URL(url).host)
    },

    async remove(sessionId, signal) {
      await request(sessionId, { method: 'DELETE' }, [signal, AbortSignal.timeout(SAVE_TIMEOUT_MS)])
    },
  }
}

/** Whether every Motörhead takes this in one POST. */
export const saveFits = (save: RemoteSave): boolean => holds(bodyOf(save))

const bodyOf = ({ messages, context }: RemoteSave) =>
  JSON.stringify({ messages, ...(context !== null && { context }) })

const holds = (body: string) => Buffer.byteLength(body) <= MAX_SAVE_BYTES

const tooLong = (host: string) =>
  new RemoteError(
    'refused',
    `A message is longer than a Motörhead takes (${MAX_SAVE_BYTES / 1024 / 1024} MB): it is kept here only, not at ${host}.`,
  )

/** Newest first and at the top, or under `data`; `"NONE"` and nothing are no context. */
function parseMemory(text: string, host: string): RemoteMemory {
  const parsed = memorySchema.safeParse(unwrap(text))
  if (!parsed.success) throw strange(host)
  const { messages, context } = parsed.data
  return {
    messages: messages.toReversed(),
    context: context && context.trim() !== '' && context !== 'NONE' ? context : null,
  }
}

const strange = (host: string) =>
  new RemoteError('failed', `What answers at ${host} does not answer as a Motörhead does.`)

function unwrap(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text)
    const isObject = typeof body === 'object' && body !== null
    return isObject && 'data' in body && body.data !== null && body.data !== undefined ? body.data : body
  } catch {
    return null
  }
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > MAX_ANSWER_BYTES) throw new RemoteError('failed', 'The Motörhead answers without an end.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function sentenceFor(status: number, host: string): string {
  if (status === 401 || status === 403)
    return `The Motörhead at ${host} does not take the key: check METAL_API_KEY and METAL_CLIENT_ID.`
  if (status === 404) return `There is no Motörhead at ${host} under that path: check MOTORHEAD_URL.`
  if (status >= 300 && status < 400)
    return `The Motörhead at ${host} sends us elsewhere (${status}), and the key goes nowhere else: check MOTORHEAD_URL.`
  return `The Motörhead at ${host} answered with an error (${status}).`
}
