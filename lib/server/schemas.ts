import { z } from 'zod'

export const MAX_MESSAGE_CHARACTERS = 100_000
const MAX_TITLE_CHARACTERS = 200

/** As browsers make them: lower case, any version. */
const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID in lower case')

/** Text that every database, prompt and screen can hold. */
const storable = z
  .string()
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'holds characters that cannot be stored')

const text = storable.refine((value) => value.trim() !== '', 'must not be blank')

const messageText = text.refine((value) => value.length <= MAX_MESSAGE_CHARACTERS, {
  message: `is too long: at most ${MAX_MESSAGE_CHARACTERS.toLocaleString('en')} characters can be sent at once`,
  params: { tooLarge: true },
})

/** See `lib/chat/session-address.ts`: 683 characters of base64url hold the longest id of a program, 512 bytes. */
const sessionAddress = z.union([uuid, z.string().regex(/^k\.[0-9a-f]{16}\.[\w-]{0,683}$/)])

export const sessionParams = z.strictObject({ sessionId: sessionAddress })

export const chatRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('send'),
    sessionId: sessionAddress,
    isNew: z.boolean(),
    id: uuid,
    replyId: uuid,
    after: uuid.nullable(),
    temporary: z.boolean().optional(),
    text: messageText,
  }),
  z.strictObject({
    kind: z.literal('edit'),
    sessionId: sessionAddress,
    id: uuid,
    replyId: uuid,
    messageId: uuid,
    text: messageText,
  }),
  z.strictObject({
    kind: z.literal('regenerate'),
    sessionId: sessionAddress,
    replyId: uuid,
    messageId: uuid,
  }),
  z.strictObject({ kind: z.literal('continue'), sessionId: sessionAddress, messageId: uuid }),
])

export const stopRequest = z.strictObject({ runId: uuid })

export const sessionPatch = z.union([
  z.strictObject({
    title: text.max(MAX_TITLE_CHARACTERS, `is longer than ${MAX_TITLE_CHARACTERS} characters`),
  }),
  z.strictObject({ pinned: z.boolean() }),
  z.strictObject({ showVersion: uuid }),
])

const MAX_CUSTOM_INSTRUCTIONS = 4000

export const settingsPatch = z
  .strictObject({
    memory: z.boolean(),
    acrossSessions: z.boolean(),
    customInstructions: storable.max(
      MAX_CUSTOM_INSTRUCTIONS,
      `is longer than ${MAX_CUSTOM_INSTRUCTIONS.toLocaleString('en')} characters`,
    ),
    model: storable.max(200).nullable(),
  })
  .partial()

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number)

export const streamQuery = z.strictObject({ run: uuid, from: wholeNumber.default(0) })
export const listQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^[\w.-]{1,720}$/, 'is not a cursor of ours')
    .optional(),
})

const MAX_KEY_NAME_CHARACTERS = 60
export const newKey = z.strictObject({
  name: text.max(MAX_KEY_NAME_CHARACTERS, `is longer than ${MAX_KEY_NAME_CHARACTERS} characters`),
})
export const keyParams = z.strictObject({ keyId: z.string().regex(/^[0-9a-f]{16}$/, 'is no id of a key') })
export const searchQuery = z.strictObject({ q: z.string().max(200, 'is longer than 200 characters') })
export const exportQuery = z.strictObject({ format: z.enum(['markdown', 'json']) })

/** Ids of messages and summaries: ours, or those of a program that wrote the session. */
const memoryId = z.string().regex(/^[\w.:-]{1,200}$/, 'is no id of ours')
/** At most one of these. */
export const viewQuery = z.union([
  z.strictObject({ before: wholeNumber }).partial(),
  z.strictObject({ after: wholeNumber }),
  z.strictObject({ around: memoryId }),
])
const line = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number)
const MAX_CONTEXT_CHARACTERS = 40_000

export const messageParams = z.strictObject({ sessionId: sessionAddress, messageId: memoryId })
export const summaryParams = z.strictObject({ sessionId: sessionAddress, summaryId: memoryId })
export const factParams = z.strictObject({ sessionId: sessionAddress, summaryId: memoryId, line })
export const contextEdit = z.strictObject({
  context: storable.max(
    MAX_CONTEXT_CHARACTERS,
    `is longer than ${MAX_CONTEXT_CHARACTERS.toLocaleString('en')} characters`,
  ),
  basedOn: memoryId.nullable(),
})
/** Looked into by `lib/chat/import`, where the schema of each product's export stands. */
export const importFile = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())])
