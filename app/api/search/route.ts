import type { SearchResults } from '#lib/chat/types.ts'
import { jsonAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'
import { searchQuery } from '#lib/server/schemas.ts'

const NOTHING: SearchResults = { sessions: [] }

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ query: searchQuery }, async ({ app, user, query }) =>
    jsonAnswer(user ? await app.library.search(user, query.q) : NOTHING),
  ),
})
