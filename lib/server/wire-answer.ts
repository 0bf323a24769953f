import 'server-only'
import { answerRequest } from '#lib/memory/wire/fetch.ts'
import { refuse, type Wire } from '#lib/memory/wire/handler.ts'
import { app } from './app.ts'
import { isDevelopment } from './config.ts'
import { errorFields, log } from './log.ts'

/** The memory API, opened at the first call; it says so when the store cannot be opened, and tries again at the next. */
export const wire: Wire = async (call) => {
  try {
    return await (await app()).wire(call)
  } catch (error) {
    log('error', 'wire-failed', errorFields(error))
    return refuse(error, call)
  }
}

/**
 * For Next's route handlers, which do not see the connection: without a key they answer in development only, on whose
 * server nobody but this machine is expected.
 */
async function answer(request: Request): Promise<Response> {
  return answerRequest(wire, request, { fromThisMachine: isDevelopment() })
}

/** What a route file of the memory API exports: it answers methods that are not there as Motörhead did. */
export const wireMethods = {
  GET: answer,
  HEAD: answer,
  POST: answer,
  PUT: answer,
  PATCH: answer,
  DELETE: answer,
  OPTIONS: answer,
}
