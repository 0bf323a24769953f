import { foundAnswer } from '#lib/server/answers.ts'
import { methods, readRoute, writeRoute } from '#lib/server/route.ts'
import { messageParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  /** What a forget would take. */
  GET: readRoute({ params: messageParams }, async ({ app, user, params }) =>
    foundAnswer(user && (await app.forgetting.preview(user, params.sessionId, params.messageId))),
  ),
  DELETE: writeRoute({ params: messageParams }, async ({ app, user, params }) =>
    foundAnswer(await app.forgetting.message(user, params.sessionId, params.messageId)),
  ),
})
