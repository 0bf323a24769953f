import { jsonAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({}, async ({ app }) => jsonAnswer((await app.models.current()).status)),
})
