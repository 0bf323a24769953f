import { fileAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({}, async ({ app, user }) => {
    // Somebody who has written nothing yet gets a file without sessions.
    const { name, chunks } = app.library.exportAll(user ?? '')
    return fileAnswer({ name, type: 'application/json; charset=utf-8', body: chunks })
  }),
})
