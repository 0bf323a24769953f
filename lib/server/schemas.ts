import { z } from 'zod'

export const MAX_MESSAGE_CHARACTERS = 100_000
const MAX_TITLE_CHARACTERS = 200

/** As browsers make them: lower case, any version. */
const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID in lower case')

/** Text that every database, prompt and screen can hold. */
const text = z
  .string()
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'holds characters that cannot be stored')
  .refine((value) => value.trim() !== '', 'must not be blank')

const messageText = text.refine((value) => value.length <= MAX_MESSAGE_CHARACTERS, {
  message: `is too long: at most ${MAX_MESSAGE_CHARACTERS.toLocaleString('en')} characters can be sent at once`,
  params: { tooLarge: true },
})

export const sessionParams = z.strictObject({ sessionId: uuid })

export const chatRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('send'),
    sessionId: uuid,
    isNew: z.boolean(),
    id: uuid,
    replyId: uuid,
    after: uuid.nullable(),
    text: messageText,
  }),
  z.strictObject({
    kind: z.literal('edit'),
    sessionId: uuid,
    id: uuid,
    replyId: uuid,
    messageId: uuid,
    text: messageText,
  }),
  z.strictObject({ kind: z.literal('regenerate'), sessionId: uuid, replyId: uuid, messageId: uuid }),
  z.strictObject({ kind: z.literal('continue'), sessionId: uuid, messageId: uuid }),
])

export const stopRequest = z.strictObject({ runId: uuid })

export const sessionPatch = z.union([
  z.strictObject({
    title: text.max(MAX_TITLE_CHARACTERS, `is longer than ${MAX_TITLE_CHARACTERS} characters`),
  }),
  z.strictObject({ showVersion: uuid }),
])

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number)

export const streamQuery = z.strictObject({ run: uuid, from: wholeNumber.default(0) })
export const viewQuery = z.strictObject({ before: wholeNumber.optional() })
export const listQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^[\w.:~=-]{1,200}$/, 'is not a cursor of ours')
    .optional(),
})
