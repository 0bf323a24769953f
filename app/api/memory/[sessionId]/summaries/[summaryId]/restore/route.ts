import { foundAnswer } from '#lib/server/answers.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { summaryParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: writeRoute({ params: summaryParams }, async ({ app, user, params }) =>
    foundAnswer(await app.memory.redo(user, params.sessionId, params.summaryId)),
  ),
})
