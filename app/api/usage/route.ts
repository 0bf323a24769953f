import { jsonAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({}, async ({ app, user }) => jsonAnswer(await app.usage.view(user))),
})
