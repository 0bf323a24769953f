import { DEFAULT_SETTINGS } from '#lib/memory/store/settings-store.ts'
import { jsonAnswer } from '#lib/server/answers.ts'
import { HttpError } from '#lib/server/http-error.ts'
import { methods, readRoute, writeRoute } from '#lib/server/route.ts'
import { settingsPatch } from '#lib/server/schemas.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: readRoute({}, async ({ app, user }) =>
    jsonAnswer(user ? await app.library.settings(user) : DEFAULT_SETTINGS),
  ),
  PATCH: writeRoute({ body: settingsPatch }, async ({ app, user, body }) => {
    const { choices = [] } = (await app.models.current()).status
    const known = body.model === undefined || body.model === null || choices.includes(body.model)
    if (!known) throw new HttpError(400, 'bad-request', 'There is no such model to choose.')
    return jsonAnswer(await app.library.changeSettings(user, body))
  }),
})
