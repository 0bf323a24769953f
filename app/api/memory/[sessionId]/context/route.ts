import { foundAnswer } from '#lib/server/answers.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { contextEdit, sessionParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  PUT: writeRoute({ params: sessionParams, body: contextEdit }, async ({ app, user, params, body }) =>
    foundAnswer(await app.memory.edit(user, params.sessionId, body)),
  ),
})
