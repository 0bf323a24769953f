import { z } from 'zod'

export const MAX_BODY_BYTES = 8 * 1024 * 1024
const MAX_MESSAGES = 1000
const MAX_MESSAGE_BYTES = 1024 * 1024
/** A role or a name is a word or two; a longer one would be a message in disguise. */
const MAX_WORD_BYTES = 1024
const MAX_ID_BYTES = 512
/** A program that wants all of its sessions asks for many: the original set no limit. */
const MAX_SIZE = 100_000

/** Text that JSON can give back byte for byte: a half of a pair of surrogates cannot. */
const text = (maxBytes: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), 'holds half a character')
    .refine((value) => fits(value, maxBytes), {
      message: `is longer than ${maxBytes.toLocaleString('en')} bytes`,
      params: { tooLarge: true },
    })

const TIME = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?)?$/

const time = z
  .string()
  .regex(TIME, 'is no time in ISO 8601')
  .transform(toMilliseconds)
  .refine((value) => Number.isFinite(value), 'is no time in ISO 8601')

/** Without a zone it is UTC: a server's own zone says nothing of where something was said. */
function toMilliseconds(value: string): number {
  const zone = TIME.exec(value)?.[1]
  return Date.parse(zone === undefined && value.length > 'YYYY-MM-DD'.length ? `${value}Z` : value)
}

const message = z.object({
  role: text(MAX_WORD_BYTES),
  content: text(MAX_MESSAGE_BYTES),
  name: text(MAX_WORD_BYTES).nullish().describe('Who speaks, where several people share a role.'),
  created_at: time.nullish().describe('When it was said, in ISO 8601; absent: now.'),
})

/** The body of a save. What is not named here is ignored. */
export const saveBody = z.object({
  messages: z.array(message).max(MAX_MESSAGES).describe('Oldest first.'),
  context: text(MAX_MESSAGE_BYTES)
    .nullish()
    .describe('Becomes the summary; null or absent keeps the one there is.'),
})

export const retrievalBody = z.object({
  text: text(MAX_MESSAGE_BYTES),
  limit: z.int().min(1).max(100).nullish().describe('Default 10.'),
  scope: z.enum(['session', 'namespace']).nullish().describe('Default "session".'),
})

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\+?\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max.toLocaleString('en')}`)

/** The namespace of the original: it labels sessions, and lists and searches those with the same label. */
const label = text(MAX_ID_BYTES)

const NOTHING: ReadonlySet<string> = new Set()

/** Names that are not known are ignored, as unknown keys are. */
const include = z
  .string()
  .optional()
  .transform((value): ReadonlySet<string> => (value === undefined ? NOTHING : new Set(value.split(','))))

export const listQuery = z.object({
  page: wholeNumber(1, 100).default(1),
  size: wholeNumber(1, MAX_SIZE).default(10),
  namespace: label.default(''),
})
export const saveQuery = z.object({ namespace: label.optional() })
export const memoryQuery = z.object({ include })
export const retrievalQuery = z.object({ include, namespace: label.optional() })
export const logQuery = z.object({
  limit: wholeNumber(1, 1000).default(100),
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
  include,
})

export const sessionId = z
  .string()
  .min(1)
  .refine((value) => !value.includes('\0') && value.isWellFormed(), 'holds a character that cannot be stored')
  .refine((value) => fits(value, MAX_ID_BYTES), `is longer than ${MAX_ID_BYTES} bytes`)

/** Counts only what could be too long. */
const fits = (value: string, maxBytes: number): boolean =>
  value.length * 3 <= maxBytes || Buffer.byteLength(value) <= maxBytes

const savedMessage = z.object({ role: z.string(), content: z.string() })
const memory = z.object({
  messages: z.array(savedMessage).describe('Newest first, at most the window.'),
  context: z.string().nullable().describe('The summary of what is older.'),
  tokens: z.int().describe('Of the summary, estimated.'),
})

/** What is answered, for the description of the API. */
export const answers = {
  health: z.object({ now: z.int() }),
  ok: z.object({ status: z.literal('Ok') }),
  key: z.object({ status: z.literal('Ok'), name: z.string().nullable() }),
  ids: z.array(z.string()).describe('Oldest activity first.'),
  memory: memory.extend({ data: memory }),
  retrieved: z.array(savedMessage.extend({ dist: z.number() })).describe('Best first: 0 is best.'),
  log: z.object({
    messages: z.array(
      savedMessage.extend({ id: z.string(), name: z.string().optional(), created_at: z.iso.datetime() }),
    ),
    next: z.string().nullable(),
  }),
  audit: z.object({ messages: z.int(), summarised: z.int(), window: z.int(), lost: z.int() }),
  summaries: z.object({
    summaries: z.array(
      z.object({
        id: z.string(),
        through_id: z.string().nullable(),
        base_id: z.string().nullable(),
        context: z.string(),
        tokens: z.int(),
        folded: z.int(),
        source: z.enum(['llm', 'extractive', 'fallback', 'person', 'client']),
        model: z.string().nullable(),
        created_at: z.iso.datetime(),
      }),
    ),
  }),
  error: z.object({ error: z.string(), message: z.string() }),
}
