import { fileAnswer } from '#lib/server/answers.ts'
import { notFound } from '#lib/server/http-error.ts'
import { methods, readRoute } from '#lib/server/route.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({}, async ({ app, user }) => {
    if (!user) throw notFound()
    const { name, chunks } = app.library.exportAll(user)
    return fileAnswer({ name, type: 'application/json; charset=utf-8', body: chunks })
  }),
})
