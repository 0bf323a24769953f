import type { Asked } from './asked.ts'
import { HttpError } from './http-error.ts'

/** Deeper than any body of ours, and far below what could exhaust a stack. */
const MAX_DEPTH = 64

/** The parsed JSON of a request's body. Refuses other content types, bodies over `maxBytes`, and JSON nested too deeply. */
export async function readJsonBody(request: Asked, maxBytes: number): Promise<unknown> {
  requireJson(request)
  const text = decode(await readBytes(request, maxBytes))
  if (depthOf(text) > MAX_DEPTH) throw badRequest(`The body is nested deeper than ${MAX_DEPTH} levels.`)
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('The body is not valid JSON.')
  }
}

/** For routes that need no body: one that comes along must at least not be a form that any site could post. */
export function requireJson(request: Pick<Asked, 'headers'>, { optional = false } = {}): void {
  const type = request.headers.get('content-type')
  if (type === null && optional) return
  if (type?.split(';')[0]?.trim().toLowerCase() === 'application/json') return
  throw new HttpError(415, 'bad-request', 'The body must be sent as application/json.')
}

async function readBytes({ headers, body }: Asked, maxBytes: number): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const pieces: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const piece of body ?? []) {
      bytes += piece.byteLength
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      pieces.push(piece)
    }
  } catch (error) {
    if (error instanceof HttpError) throw error
    throw new HttpError(400, 'bad-request', 'The body did not arrive completely.', { cause: error })
  }
  return Buffer.concat(pieces)
}

/** One for all requests, as each text is given to it whole. */
const decoder = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw badRequest('The body is not valid UTF-8.')
  }
}

/** How deeply brackets nest, in valid JSON; in anything else some number, as parsing refuses it anyway. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < json.length; index++) {
    const character = json[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return deepest
}

function badRequest(message: string): HttpError {
  return new HttpError(400, 'bad-request', message)
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, 'too-large', `The request is larger than ${Math.floor(maxBytes / 1024)} KB.`)
}
