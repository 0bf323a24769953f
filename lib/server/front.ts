import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ApiError, ApiErrorCode } from '#lib/chat/types.ts'
import type { Config } from './config.ts'
import { directRoutes } from './direct.ts'
import { errorFields, log } from './log.ts'
import { sendAnswer, toAsked } from './node-http.ts'
import { markPeer } from './peer.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { isForWire, serveWire } from './wire-node.ts'
import { wireSlot } from './wire-slot.ts'

type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const ANSWERED_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Headers by which a proxy speaks for the client; without one they are anybody's word. */
const FORWARDED = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'forwarded',
]

/** The one to the last request that came, by its connection. */
const lastAnswers = new WeakMap<Socket, ServerResponse>()

/**
 * What stands in front of Next: refuses what it would choke on, answers by itself what need not go through it, and
 * outlives what it throws. `ready` resolves once Next has handed over what is answered without it.
 */
export function createFront(
  next: NodeHandler,
  config: Pick<Config, 'trustProxy'>,
  ready: Promise<void> = Promise.resolve(),
): RequestListener {
  return async (request, response) => {
    lastAnswers.set(request.socket, response)
    try {
      if (!ANSWERED_METHODS.has(request.method ?? '')) {
        response.setHeader('allow', [...ANSWERED_METHODS].join(', '))
        return refuse(response, 405, 'bad-request', 'This method is not answered here.')
      }
      request.url = withoutOrigin(request.url)
      if (isForWire(request)) {
        await ready
        const wire = wireSlot.get()
        if (wire) return await serveWire(wire, request, response)
      }
      if (!isReadablePath(request.url ?? '')) {
        return refuse(response, 400, 'bad-request', 'The address is not encoded correctly.')
      }
      markPeer(request, config)
      if (!config.trustProxy) for (const name of FORWARDED) delete request.headers[name]
      const direct = directRoutes.get()?.(request.method ?? '', pathOf(request))
      if (!direct) return await next(request, response)
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
      await sendAnswer(await direct(toAsked(request)), response)
    } catch (error) {
      log('error', 'request-failed', { method: request.method, ...errorFields(error) })
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'internal', 'Something went wrong on the server. Try again.')
    }
  }
}

/** Proxies ask for the whole address, and every server has to understand it (RFC 9112, 3.2.2). */
const withoutOrigin = (url = ''): string =>
  url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*\/?/i, '/')

/** For `clientError`: a request that is no HTTP, too large in its head, or too slow. One that has an answer gets no second. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const last = lastAnswers.get(socket)
  const isAnswered = last?.headersSent && !(last.writableFinished && last.req.complete)
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswered) {
    socket.destroy()
    return
  }
  const [status, reason] = BROKEN[error.code ?? ''] ?? ['400 Bad Request', 'The request is not valid HTTP.']
  const body = errorBody('bad-request', reason)
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\nx-content-type-options: nosniff\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const BROKEN: Record<string, [status: string, reason: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
}

const pathOf = (request: IncomingMessage) => request.url?.split('?')[0] ?? ''

function isReadablePath(url: string): boolean {
  try {
    const path = decodeURIComponent(url.split('?')[0] ?? '')
    return path.startsWith('/') && !path.includes('\0')
  } catch {
    return false
  }
}

function refuse(response: ServerResponse, status: number, code: ApiErrorCode, message: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(errorBody(code, message))
}

function errorBody(code: ApiErrorCode, message: string): string {
  const body: ApiError = { error: { code, message } }
  return JSON.stringify(body)
}
