import type { ApiKeyList, ApiKeyMade } from '#lib/chat/types.ts'
import { jsonAnswer } from '#lib/server/answers.ts'
import { HttpError } from '#lib/server/http-error.ts'
import { methods, readRoute, writeRoute } from '#lib/server/route.ts'
import { newKey } from '#lib/server/schemas.ts'

const NO_KEYS: ApiKeyList = { keys: [] }

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({}, async ({ app, user }) =>
    jsonAnswer(user ? { keys: (await app.keys.list(user)).map(withoutOwner) } : NO_KEYS),
  ),
  POST: writeRoute({ body: newKey }, async ({ app, user, body }) => {
    const made = await app.keys.create(user, body.name)
    if (!made)
      throw new HttpError(409, 'conflict', 'You have as many keys as there can be: revoke one first.')
    const answer: ApiKeyMade = { key: withoutOwner(made.key), secret: made.secret }
    return jsonAnswer(answer, { status: 201 })
  }),
})

function withoutOwner<T extends { owner: string }>({ owner: _, ...key }: T): Omit<T, 'owner'> {
  return key
}
