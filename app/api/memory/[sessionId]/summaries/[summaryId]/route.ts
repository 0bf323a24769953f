import { foundAnswer } from '#lib/server/answers.ts'
import { methods, readRoute, writeRoute } from '#lib/server/route.ts'
import { summaryParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: summaryParams }, async ({ app, user, params }) =>
    foundAnswer(user && (await app.memory.version(user, params.sessionId, params.summaryId))),
  ),
  DELETE: writeRoute({ params: summaryParams }, async ({ app, user, params }) =>
    foundAnswer(await app.memory.undo(user, params.sessionId, params.summaryId)),
  ),
})
