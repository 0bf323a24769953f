import { fileAnswer } from '#lib/server/answers.ts'
import { notFound } from '#lib/server/http-error.ts'
import { methods, readRoute } from '#lib/server/route.ts'
import { exportQuery, sessionParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: sessionParams, query: exportQuery }, async ({ app, user, params, query }) => {
    const file = user && (await app.library.exportSession(user, params.sessionId, query.format))
    if (!file) throw notFound()
    return fileAnswer(file)
  }),
})
