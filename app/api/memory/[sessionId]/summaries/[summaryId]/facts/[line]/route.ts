import { foundAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'
import { factParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: factParams }, async ({ app, user, params }) =>
    foundAnswer(user && (await app.memory.source(user, params.sessionId, params.summaryId, params.line))),
  ),
})
