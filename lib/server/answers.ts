import type { ReplyStream } from '#lib/chat/chat.ts'
import type { ApiError } from '#lib/chat/types.ts'
import { type HttpError, notFound } from './http-error.ts'

/** On every answer of the API, whatever stands in front of it. */
const API_HEADERS = {
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
}

export function jsonAnswer(body: unknown, init: { status?: number; headers?: HeadersInit } = {}): Response {
  return withApiHeaders(Response.json(body, init))
}

/** What was looked for, or the 404 that a foreign and an absent thing get alike. */
export function foundAnswer(body: object | null | ''): Response {
  if (!body) throw notFound()
  return jsonAnswer(body)
}

export function emptyAnswer(headers: HeadersInit = {}): Response {
  return withApiHeaders(new Response(null, { status: 204, headers }))
}

export function errorAnswer(error: HttpError): Response {
  const body: ApiError = { error: { code: error.code, message: error.message } }
  const headers = new Headers()
  if (error.retryAfterSeconds !== undefined) headers.set('retry-after', String(error.retryAfterSeconds))
  return jsonAnswer(body, { status: error.status, headers })
}

/** A file to save. Its name is ASCII without quotes, as ours are. */
export function fileAnswer(file: {
  name: string
  type: string
  body: string | AsyncIterable<string>
}): Response {
  const body = typeof file.body === 'string' ? file.body : streamOf(file.body)
  const headers = {
    'content-type': file.type,
    'content-disposition': `attachment; filename="${file.name}"`,
  }
  return withApiHeaders(new Response(body, { headers }))
}

/** Made only as fast as it is read, so that a large file is never whole in memory. */
function streamOf(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: () => void iterator.return?.(),
  })
}

/** Server-sent events. A reader who leaves cancels the reading, not the reply. */
export function streamAnswer({ runId, frames }: ReplyStream): Response {
  const answer = new Response(frames, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-vercel-ai-ui-message-stream': 'v1',
      'x-run-id': runId,
    },
  })
  const sent = withApiHeaders(answer)
  // Compression would hold small frames back.
  sent.headers.set('cache-control', 'private, no-store, no-transform')
  return sent
}

function withApiHeaders(answer: Response): Response {
  for (const [name, value] of Object.entries(API_HEADERS)) answer.headers.set(name, value)
  return answer
}
