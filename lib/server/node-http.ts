import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A request of `node:http` as the web's handlers take it. Its host is a stand-in: who was asked for stands in the `host`
 * header alone. Its body is read from the connection no faster than the handler reads.
 */
export function toRequest(request: IncomingMessage): Request {
  const method = request.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(`http://localhost${request.url}`, {
    method,
    headers: headersOf(request),
    ...(hasBody && { body: bodyOf(request), duplex: 'half' }),
  })
}

/**
 * Not `Readable.toWeb`: that takes twice as long, and ends the connection when a handler has read enough, so that its
 * refusal would never arrive.
 */
function bodyOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  let open = true
  const end = (finish: () => void) => {
    if (open) finish()
    open = false
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        request.on('data', (piece: Buffer) => {
          request.pause()
          if (open) controller.enqueue(piece)
        })
        request.once('end', () => end(() => controller.close()))
        request.once('close', () => end(() => controller.error(new Error('The body was cut off.'))))
        request.pause()
      },
      pull: () => void request.resume(),
      cancel: () => end(() => {}),
    },
    { highWaterMark: 0 },
  )
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

function headersOf(request: IncomingMessage): [string, string][] {
  return Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  )
}
