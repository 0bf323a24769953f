import { emptyAnswer } from '#lib/server/answers.ts'
import { HttpError } from '#lib/server/http-error.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { keyParams } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  DELETE: writeRoute({ params: keyParams }, async ({ app, user, params }) => {
    if (!(await app.keys.revoke(user, params.keyId))) {
      throw new HttpError(404, 'not-found', 'There is no such key, or it is revoked already.')
    }
    return emptyAnswer()
  }),
})
