import { streamAnswer } from '#lib/server/answers.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { chatRequest, MAX_MESSAGE_CHARACTERS } from '#lib/server/schemas.ts'

/** A character takes at most six bytes in JSON (`\u20ac`); the rest is ids. */
const MAX_BYTES = MAX_MESSAGE_CHARACTERS * 6 + 4096

/** In seconds, where a host stops a function: the longest that a plain Vercel account may have. */
export const maxDuration = 300

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: writeRoute(
    { body: chatRequest, limit: 'turn', maxBytes: MAX_BYTES },
    async ({ app, user, body, allowances }) => streamAnswer(await app.chat.send(user, body, allowances)),
  ),
})
