import { isUtf8 } from 'node:buffer'
import type { z } from 'zod'
import { type WireCall, WireRefusal } from './call.ts'
import { MAX_BODY_BYTES } from './schema.ts'

/** The checked JSON body of a request. Throws `WireRefusal` with a sentence that names the field, never the value. */
export async function readBody<S extends z.ZodType>(schema: S, bytes: Uint8Array): Promise<z.output<S>> {
  return checked(schema, parseJson(bytes), 'The body')
}

/** The body as it came. Other content types are refused as by the original: a web form could send them. */
export function bodyBytes(call: WireCall): Promise<Uint8Array> {
  const type = call.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new WireRefusal(400, 'Content type error')
  return call.body(MAX_BODY_BYTES)
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
