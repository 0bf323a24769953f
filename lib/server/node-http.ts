import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Asked } from './asked.ts'

/**
 * A request of `node:http` as our routes read one. Its host is a stand-in: who was asked for stands in the `host` header
 * alone.
 */
export function toAsked(request: IncomingMessage): Asked & { body: AsyncIterable<Uint8Array> } {
  const { method = 'GET', url, headers } = request
  const get = (name: string) => {
    const value = headers[name.toLowerCase()] ?? null
    return Array.isArray(value) ? value.join(', ') : value
  }
  return { method, url: `http://localhost${url}`, headers: { get }, body: bodyOf(request) }
}

/**
 * The body of a request, read from the connection no faster than it is taken. Not as a web stream: that would be half of what
 * a small request costs. Nor by the request's own iterator: it ends the connection when a handler has read enough, so that its
 * refusal would never arrive.
 */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const piece: Uint8Array | null = request.read()
      if (piece !== null) yield piece
      else if (request.complete) return
      else if (request.destroyed) throw new Error('The body was cut off.')
      else await moreOf(request)
    }
  } finally {
    // Read to its end in any case: the next request on the connection comes after it.
    request.resume()
  }
}

/** Resolves when there is more to read, or it has ended. */
function moreOf(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      request.off('readable', done).off('end', done).off('close', done)
      resolve()
    }
    request.on('readable', done).on('end', done).on('close', done)
  })
}

/** Sends an answer, no faster than the client reads. Who leaves cancels the body; a body that fails cuts the connection. */
export async function sendAnswer(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) {
    if (name === 'set-cookie') response.appendHeader(name, value)
    else response.setHeader(name, value)
  }
  if (answer.body === null) return void response.end()
  if (answer.headers.get('content-type')?.startsWith('application/json')) {
    return void response.end(new Uint8Array(await answer.arrayBuffer()))
  }
  await sendStream(answer.body, response)
}

async function sendStream(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = body.getReader()
  const cancel = () => void reader.cancel().catch(() => {})
  response.once('close', cancel)
  if (response.destroyed) cancel()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (!response.write(piece.value) && !response.destroyed) await drained(response)
  }
  response.end()
}

/** Resolves when the client has taken what was written, or has left. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
