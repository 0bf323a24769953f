import { foundAnswer } from '#lib/server/answers.ts'
import { methods, readRoute } from '#lib/server/route.ts'
import { messageParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({ params: messageParams }, async ({ app, user, params }) =>
    foundAnswer(user && (await app.receipts.receipt(user, params.sessionId, params.messageId))),
  ),
})
