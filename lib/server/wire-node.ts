import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isWirePath } from '#lib/memory/wire/address.ts'
import { tooLarge, type WireAnswer, WireRefusal } from '#lib/memory/wire/call.ts'
import { WIRE_HEADERS } from '#lib/memory/wire/fetch.ts'
import type { Wire } from '#lib/memory/wire/handler.ts'
import { asksForHealth } from './wire-root.ts'

/** Whether the memory API answers a request. The address `/` is the page's, unless somebody asks who reads no HTML. */
export function isForWire({ method, url = '', headers }: IncomingMessage): boolean {
  if (isWirePath(url)) return true
  return /^\/+(?:\?|$)/.test(url) && asksForHealth(method, (name) => headers[name])
}

/** What is being answered on a connection. */
const answering = new WeakMap<Socket, Promise<void>>()

/**
 * Answers one request straight from the connection: no `Request`, no `Response`, no streams between. One that was sent
 * before the answer to the one before it has its turn after that (RFC 9112, 9.3.2): it may read what that one writes.
 */
export async function serveWire(
  wire: Wire,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { socket } = request
  const next = () => serveInTurn(wire, request, response)
  const served = answering.get(socket)?.then(next, next) ?? next()
  answering.set(socket, served)
  try {
    await served
  } finally {
    if (answering.get(socket) === served) answering.delete(socket)
  }
}

async function serveInTurn(wire: Wire, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = request
  const delivery = watchDelivery(socket, response)
  const answer = await wire({
    method: request.method ?? '',
    url: request.url ?? '',
    header: (name) => firstOf(request.headers[name]),
    body: (maxBytes) => readBody(request, maxBytes),
    fromThisMachine: isThisMachine(socket.remoteAddress),
    onDelivery: delivery.onDelivery,
  })
  if (await delivery.isPossible()) send(response, answer)
}

function send(response: ServerResponse, { status, body, headers }: WireAnswer): void {
  response.writeHead(status, {
    ...WIRE_HEADERS,
    ...headers,
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/** The last answer on a connection that nobody knows yet to have arrived: the next request on it says so. */
const unconfirmed = new WeakMap<Socket, (() => void) | null>()

/**
 * Whether an answer reaches its caller, as far as a connection tells: one that breaks before the answer is written, or
 * that is reset after, has lost it.
 */
function watchDelivery(socket: Socket, response: ServerResponse) {
  let listener: ((arrives: boolean) => void) | null = null
  if (unconfirmed.has(socket)) unconfirmed.set(socket, null)

  function lose(): void {
    listener?.(false)
    listener = null
  }

  return {
    onDelivery(given: (arrives: boolean) => void): void {
      listener = given
      if (!unconfirmed.has(socket)) {
        unconfirmed.set(socket, null)
        socket.once('close', (hadError) => hadError && unconfirmed.get(socket)?.())
      }
      response.once('close', () => {
        if (!response.writableFinished) return lose()
        listener?.(true)
        unconfirmed.set(socket, lose)
      })
    },
    /** A turn later, as a caller who hung up meanwhile is noticed only when the connection is looked at. */
    async isPossible(): Promise<boolean> {
      if (!listener) return true
      await new Promise((resolve) => setImmediate(resolve))
      if (!socket.destroyed && !socket.readableEnded) return true
      lose()
      response.destroy()
      return false
    },
  }
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const cutOff = () => {
    if (!request.complete) reject(new WireRefusal(400, 'The body did not arrive completely.'))
  }
  if (request.destroyed) cutOff()
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) reject(tooLarge(maxBytes))
  let chunks: Uint8Array[] = []
  let bytes = 0
  // Read to its end in any case: the next request on the connection comes after it.
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength
    if (bytes <= maxBytes) return void chunks.push(chunk)
    chunks = []
    reject(tooLarge(maxBytes))
  })
  request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
  request.once('close', cutOff)
  request.once('error', () => {})
  return promise
}

const firstOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header

const isThisMachine = (address = ''): boolean =>
  address === '::1' || /^(::ffff:)?127(\.\d+){3}$/i.test(address)
