import { emptyAnswer, streamAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'
import { sessionParams, streamQuery } from '#lib/server/schemas.ts'

/** In seconds, where a host stops a function: the longest that a plain Vercel account may have. */
export const maxDuration = 300

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: sessionParams, query: streamQuery }, async ({ app, user, params, query }) => {
    const reply = user && (await app.chat.resume(user, params.sessionId, query.run, query.from))
    return reply ? streamAnswer(reply) : emptyAnswer()
  }),
})
