import { foundAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'
import { sessionParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: sessionParams }, async ({ app, user, params }) =>
    foundAnswer(user && (await app.memory.view(user, params.sessionId))),
  ),
})
