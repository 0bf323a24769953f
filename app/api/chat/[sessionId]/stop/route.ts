import { jsonAnswer } from '#lib/server/answers.ts'
import { notFound } from '#lib/server/http-error.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { sessionParams, stopRequest } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: writeRoute({ params: sessionParams, body: stopRequest }, async ({ app, user, params, body }) => {
    if (!(await app.chat.stop(user, params.sessionId, body.runId))) throw notFound()
    return jsonAnswer({ stopped: true })
  }),
})
