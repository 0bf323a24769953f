import { jsonAnswer } from '#lib/server/answers.ts'
import { methods, writeRoute } from '#lib/server/route.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  /** Everything of the person's goes, and the cookie with it; the answer is a report. */
  DELETE: writeRoute({ endsIdentity: true }, async ({ app, user }) =>
    jsonAnswer(await app.forgetting.everything(user)),
  ),
})
