import { tooLarge, type WireAnswer, type WireCall } from './call.ts'
import type { Wire } from './handler.ts'

/** On every answer: JSON that belongs to one program and is no page. */
export const WIRE_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/**
 * The wire API as a function of a web `Request`. `fromThisMachine`: whether the connection comes from this machine, which
 * a `Request` does not say.
 */
export async function answerRequest(
  wire: Wire,
  request: Request,
  { fromThisMachine = false }: { fromThisMachine?: boolean } = {},
): Promise<Response> {
  const listeners: ((arrives: boolean) => void)[] = []
  const answer = await wire(toCall(request, fromThisMachine, (listener) => listeners.push(listener)))
  // Whoever carries it does not say more.
  if (!request.signal.aborted) for (const tell of listeners) tell(true)
  return toResponse(answer)
}

function toCall(
  request: Request,
  fromThisMachine: boolean,
  whenSent: (listener: (arrives: boolean) => void) => void,
): WireCall {
  const { url, method, headers, signal } = request
  return {
    method,
    // What stands after the origin; a parsed URL would have changed it.
    url: /^[a-z]+:\/\/[^/?]*(.*)$/i.exec(url)?.[1] ?? url,
    header: (name) => headers.get(name),
    body: (maxBytes) => readAtMost(request, maxBytes),
    fromThisMachine,
    onDelivery(listener) {
      whenSent(listener)
      signal.addEventListener('abort', () => listener(false), { once: true })
    },
  }
}

async function readAtMost(request: Request, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const toResponse = ({ status, body, headers }: WireAnswer): Response =>
  new Response(body === '' ? null : body, { status, headers: { ...WIRE_HEADERS, ...headers } })
