import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import type { z } from 'zod'
import { tooLarge, type WireCall, WireRefusal } from './call.ts'
import { MAX_BODY_BYTES } from './schema.ts'

/** The checked JSON body of a request. Throws `WireRefusal` with a sentence that names the field, never the value. */
export async function readBody<S extends z.ZodType>(schema: S, bytes: Uint8Array): Promise<z.output<S>> {
  return checked(schema, parseJson(bytes), 'The body')
}

/** Any kind of JSON, as at the original. Other content types are refused: a web form could send them. */
const JSON_TYPE = /^[\w!#$&^.+-]+\/(?:json|[\w!#$&^.-]+\+json)$/

const DECODE = new Map<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>>([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
])

/** The body of a request, as it was before its content encoding. */
export async function bodyBytes(call: WireCall): Promise<Uint8Array> {
  const type = call.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!JSON_TYPE.test(type)) throw new WireRefusal(400, 'Content type error')
  const bytes = await call.body(MAX_BODY_BYTES)
  const encoding = call.header('content-encoding')
  const decode = encoding ? DECODE.get(encoding.trim().toLowerCase()) : undefined
  if (!decode) return bytes
  try {
    return await decode(bytes, { maxOutputLength: MAX_BODY_BYTES })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(MAX_BODY_BYTES)
    throw new WireRefusal(400, 'The body is not encoded as its content-encoding says.')
  }
}

/** Of a name that is given twice, the first one counts. */
export function readQuery<S extends z.ZodType>(schema: S, query: URLSearchParams): z.output<S> {
  return checked(schema, query.size === 0 ? {} : Object.fromEntries([...query].reverse()), 'The address')
}

export function checked<S extends z.ZodType>(schema: S, value: unknown, subject: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0] as z.core.$ZodIssue
  const listTooLong = issue.code === 'too_big' && issue.origin === 'array'
  const tooLarge = listTooLong || (issue.code === 'custom' && issue.params?.tooLarge === true)
  throw new WireRefusal(tooLarge ? 413 : 400, sentence(issue, subject))
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) throw new WireRefusal(400, 'The body is empty: send JSON.')
  if (!isUtf8(bytes)) throw new WireRefusal(400, 'The body is not valid UTF-8.')
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  } catch {
    throw new WireRefusal(400, 'The body is not valid JSON.')
  }
}

function sentence(issue: z.core.$ZodIssue, subject: string): string {
  const field = issue.path.length === 0 ? subject : `"${issue.path.map(String).join('.')}"`
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.path.length > 0
        ? `${field} is missing: it must be of the type ${issue.expected}.`
        : `${field} must be of the type ${issue.expected}.`
    case 'custom':
    case 'invalid_format':
      return `${field} ${issue.message}.`
    case 'too_big':
      return `${field} is more than the ${issue.maximum.toLocaleString('en')} allowed.`
    case 'too_small':
      return `${field} is less than the ${issue.minimum.toLocaleString('en')} needed.`
    default:
      return `${field} has a value that is not allowed.`
  }
}
