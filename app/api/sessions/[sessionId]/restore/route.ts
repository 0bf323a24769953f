import { jsonAnswer } from '#lib/server/answers.ts'
import { notFound } from '#lib/server/http-error.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { sessionParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: writeRoute({ params: sessionParams }, async ({ app, user, params }) => {
    if (!(await app.chat.restore(user, params.sessionId))) throw notFound()
    return jsonAnswer({ restored: true })
  }),
})
