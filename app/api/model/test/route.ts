import { testConnection } from '#lib/llm/connection.ts'
import { jsonAnswer } from '#lib/server/answers.ts'
import { methods, writeRoute } from '#lib/server/route.ts'

/** Counts as a reply: it makes a model work. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: writeRoute({ limit: 'reply' }, async ({ app, user }) => {
    const { model } = await app.library.settings(user)
    return jsonAnswer(await testConnection(await app.models.current(model)))
  }),
})
