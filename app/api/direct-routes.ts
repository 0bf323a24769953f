import type { DirectHandler, DirectRoutes } from '#lib/server/direct.ts'
import type { Handler } from '#lib/server/route.ts'
import * as stop from './chat/[sessionId]/stop/route.ts'
import * as stream from './chat/[sessionId]/stream/route.ts'
import * as send from './chat/route.ts'

/**
 * The routes that a reply waits for, answered by the self-hosted server itself: two milliseconds of Next less before
 * the first token. Every address that is not matched here is Next's, encoded ids too.
 */
export const matchDirectRoute: DirectRoutes = (method, path) => {
  const [, sessionId, action] = /^\/api\/chat(?:\/([\w.~-]+)\/(stream|stop))?$/.exec(path) ?? []
  if (sessionId === undefined) return path === '/api/chat' ? handlerOf(send, method) : null
  return handlerOf(action === 'stop' ? stop : stream, method, { sessionId })
}

type Route = Omit<typeof send, 'maxDuration'>

function handlerOf(route: Route, method: string, params: Record<string, string> = {}): DirectHandler | null {
  if (!isMethod(route, method)) return null
  // Made by `methods`, which reads no more of a request than this.
  const handle = route[method] as Handler
  return (request) => handle(request, { params: Promise.resolve(params) })
}

function isMethod(route: Route, method: string): method is keyof Route {
  return method !== 'maxDuration' && Object.hasOwn(route, method)
}
