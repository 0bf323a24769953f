import { jsonAnswer } from '#lib/server/answers.ts'
import { notFound } from '#lib/server/http-error.ts'
import { methods, readRoute, writeRoute } from '#lib/server/route.ts'
import { sessionParams, sessionPatch, viewQuery } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: sessionParams, query: viewQuery }, async ({ app, user, params, query }) =>
    found(user && (await app.chat.view(user, params.sessionId, query.before))),
  ),
  PATCH: writeRoute({ params: sessionParams, body: sessionPatch }, async ({ app, user, params, body }) =>
    found(await app.chat.patch(user, params.sessionId, body)),
  ),
  DELETE: writeRoute({ params: sessionParams }, async ({ app, user, params }) =>
    found(await app.chat.remove(user, params.sessionId)),
  ),
})

function found(body: object | null | ''): Response {
  if (!body) throw notFound()
  return jsonAnswer(body)
}
