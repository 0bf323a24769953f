import { jsonAnswer } from '#lib/server/answers.ts'
import { HttpError } from '#lib/server/http-error.ts'
import { methods, writeRoute } from '#lib/server/route.ts'
import { importFile } from '#lib/server/schemas.ts'

/** Years of daily chats; much of an export's size is what we do not read. */
const MAX_BYTES = 100 * 1024 * 1024

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  POST: writeRoute({ body: importFile, maxBytes: MAX_BYTES }, async ({ app, user, body }) =>
    jsonAnswer(await app.library.importFile(user, body).catch(refused)),
  ),
})

/** By name: Next bundles routes apart from where the app was opened. */
function refused(error: unknown): never {
  if (error instanceof Error && error.name === 'ImportError')
    throw new HttpError(400, 'bad-request', error.message)
  throw error
}
