import type { SessionPage } from '#lib/chat/types.ts'
import { jsonAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'
import { listQuery } from '#lib/server/schemas.ts'

const NO_SESSIONS: SessionPage = { sessions: [], next: null }

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ query: listQuery }, async ({ app, user, query }) =>
    jsonAnswer(user ? await app.chat.listSessions(user, query.cursor ?? null) : NO_SESSIONS),
  ),
})
