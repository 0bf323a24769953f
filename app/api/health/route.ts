import { jsonAnswer } from '#lib/server/answers.ts'
import { app } from '#lib/server/app.ts'
import { toHttpError } from '#lib/server/http-error.ts'
import { errorFields, log } from '#lib/server/log.ts'
import { methods } from '#lib/server/route.ts'

/** For a load balancer or a container's health check: 200 while sessions can be read, else 503 and why. */
async function health(): Promise<Response> {
  try {
    const { checkStore } = await app()
    await checkStore()
    return jsonAnswer({ status: 'ok' })
  } catch (error) {
    log('error', 'health-failed', errorFields(error))
    return jsonAnswer({ status: 'failing', problem: toHttpError(error).message }, { status: 503 })
  }
}

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({ GET: health })
