import { foundAnswer } from '#lib/server/answers.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { sessionParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: writeRoute({ params: sessionParams }, async ({ app, user, params }) =>
    foundAnswer(await app.memory.retry(user, params.sessionId)),
  ),
})
