import 'server-only'
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Allowance } from '#lib/memory/store/limit-store.ts'
import { emptyAnswer, errorAnswer } from './answers.ts'
import { type App, app, rim } from './app.ts'
import type { Asked } from './asked.ts'
import { HttpError, toHttpError } from './http-error.ts'
import { errorFields, log } from './log.ts'
import { parseQuery, parseWith } from './parse.ts'
import { peerOf } from './peer.ts'
import { readJsonBody, requireJson } from './request-body.ts'
import { requireSameOrigin } from './same-origin.ts'

/** What Next hands to a route handler besides the request. */
type NextContext = { params: Promise<unknown> }
export type Handler = (request: Asked, context: NextContext) => Promise<Response>
/** As Next wants its routes to be typed. */
type NextHandler = (request: Request, context: NextContext) => Promise<Response>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type Checked<S> = S extends z.ZodType ? z.output<S> : undefined

const DEFAULT_MAX_BYTES = 256 * 1024

/** A route that changes nothing. `user` is `null` for somebody who has written nothing yet. */
export function readRoute<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
>(
  schemas: { params?: P; query?: Q },
  handle: (input: {
    app: App
    user: string | null
    params: Checked<P>
    query: Checked<Q>
  }) => Promise<Response>,
): Handler {
  return guarded(async (request, context) => {
    const { config, identity, limits } = rim()
    const user = await identity.readRequest(request)
    const address = peerOf(request, config)
    // Somebody without a cookie is their address.
    await limits.request({ user: user ?? address, address })
    const params = checked(schemas.params, await context.params) as Checked<P>
    const { searchParams } = new URL(request.url)
    const query = (schemas.query && parseQuery(schemas.query, searchParams)) as Checked<Q>
    const opened = await app()
    opened.chat.touch()
    return handle({ app: opened, user, params, query })
  })
}

/**
 * A route that changes something: only for our own pages, within the limits. Somebody without a cookie gets one with
 * the answer, unless they were refused.
 */
export function writeRoute<
  P extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  {
    limit = 'write',
    maxBytes = DEFAULT_MAX_BYTES,
    endsIdentity = false,
    ...schemas
  }: {
    params?: P
    body?: B
    /** What it is counted as. `turn`: a reply, counted by the handler together with what it writes. */
    limit?: 'write' | 'reply' | 'turn'
    maxBytes?: number
    /** After it the person is nobody: the browser drops their cookie. */
    endsIdentity?: boolean
  },
  handle: (input: {
    app: App
    user: string
    params: Checked<P>
    body: Checked<B>
    /** For a `turn`: what it must take. */
    allowances: Allowance[]
  }) => Promise<Response>,
): Handler {
  return guarded(async (request, context) => {
    const { config, identity, limits } = rim()
    requireSameOrigin(request, config)
    const user = (await identity.readRequest(request)) ?? randomUUID()
    const caller = { user, address: peerOf(request, config) }
    await limits.request(caller)
    const params = checked(schemas.params, await context.params) as Checked<P>
    const body = (await readBody(request, schemas.body, maxBytes)) as Checked<B>
    const allowances = limit === 'write' ? limits.write(caller) : limits.reply(caller)
    const opened = await app()
    opened.chat.touch()
    if (limit !== 'turn') await opened.spend(allowances)
    const answer = await handle({ app: opened, user, params, body, allowances })
    if (answer.ok && endsIdentity) identity.end(answer.headers)
    else if (answer.ok) await identity.write(request, answer.headers, user)
    return answer
  })
}

/** What a route file exports: its handlers, HEAD and OPTIONS made of them, and a 405 for every other method. */
export function methods(
  handlers: Partial<Record<Method, Handler>>,
): Record<Method | 'HEAD' | 'OPTIONS', NextHandler> {
  const { GET } = handlers
  const allow = [...Object.keys(handlers), ...(GET ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  const refuse: Handler = async () => {
    const answer = errorAnswer(new HttpError(405, 'bad-request', `This address answers ${allow} only.`))
    answer.headers.set('allow', allow)
    return answer
  }
  const head: Handler = async (request, context) => {
    const answer = await (GET ?? refuse)(request, context)
    await answer.body?.cancel()
    return new Response(null, answer)
  }
  const options: Handler = async () => emptyAnswer({ allow })
  return {
    GET: handlers.GET ?? refuse,
    HEAD: head,
    POST: handlers.POST ?? refuse,
    PUT: handlers.PUT ?? refuse,
    PATCH: handlers.PATCH ?? refuse,
    DELETE: handlers.DELETE ?? refuse,
    OPTIONS: options,
  }
}

/** Turns whatever is thrown into an answer, and logs what was refused. */
function guarded(handle: Handler): Handler {
  return async (request, context) => {
    const startedAt = performance.now()
    try {
      return await handle(request, context)
    } catch (error) {
      const refusal = toHttpError(error)
      logRefusal(request, refusal, { startedAt })
      return errorAnswer(refusal)
    }
  }
}

function logRefusal(request: Asked, refusal: HttpError, { startedAt }: { startedAt: number }): void {
  const failed = refusal.status >= 500
  log(failed ? 'error' : 'info', failed ? 'request-failed' : 'request-refused', {
    method: request.method,
    route: routeOf(request),
    status: refusal.status,
    refused: refusal.code,
    ms: Math.round(performance.now() - startedAt),
    reference: refusal.reference,
    ...(failed && errorFields(refusal.cause ?? refusal)),
  })
}

/** The path with its ids taken out, as they name a person's things. */
function routeOf(request: Asked): string {
  return new URL(request.url).pathname
    .split('/')
    .map((part) => (/^[a-z-]{0,20}$/.test(part) ? part : ':id'))
    .join('/')
}

function checked(schema: z.ZodType | undefined, value: unknown): unknown {
  return schema && parseWith(schema, value)
}

async function readBody(request: Asked, schema: z.ZodType | undefined, maxBytes: number): Promise<unknown> {
  if (schema) return parseWith(schema, await readJsonBody(request, maxBytes))
  requireJson(request, { optional: true })
}
