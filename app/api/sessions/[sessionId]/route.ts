import { foundAnswer } from '#lib/server/answers.ts'
import { methods, readRoute, writeRoute } from '#lib/server/route.ts'
import { sessionParams, sessionPatch, viewQuery } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: sessionParams, query: viewQuery }, async ({ app, user, params, query }) =>
    foundAnswer(user && (await app.chat.view(user, params.sessionId, query))),
  ),
  PATCH: writeRoute({ params: sessionParams, body: sessionPatch }, async ({ app, user, params, body }) =>
    foundAnswer(await app.chat.patch(user, params.sessionId, body)),
  ),
  DELETE: writeRoute({ params: sessionParams }, async ({ app, user, params }) =>
    foundAnswer(await app.chat.remove(user, params.sessionId)),
  ),
})
