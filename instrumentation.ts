import type { Instrumentation } from 'next'

/**
 * Opens the app when the server starts, so that replies cut off by a crash are marked and waiting jobs go on without
 * anybody asking, and hands the self-hosted server what it answers without Next. A store that cannot be opened now is tried
 * again by the next request.
 */
export async function register(): Promise<void> {
  // Next compiles this file for its other runtime too, and drops what stands behind this condition there.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { dropEmptyVariables } = await import('#lib/server/config.ts')
    dropEmptyVariables()
    const { openAtStart } = await import('#lib/server/start.ts')
    await openAtStart()
    const { directRoutes } = await import('#lib/server/direct.ts')
    directRoutes.set((await import('#app/api/direct-routes.ts')).matchDirectRoute)
    const { wireSlot } = await import('#lib/server/wire-slot.ts')
    wireSlot.set((await import('#lib/server/wire-answer.ts')).wire)
  }
}

/** A page that failed. Next's own log would hold the error's message, and that may hold what a person wrote. */
export const onRequestError: Instrumentation.onRequestError = async (
  error,
  _request,
  { routePath, routeType },
) => {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { errorFields, log } = await import('#lib/server/log.ts')
    log('error', 'page-failed', { route: routePath, type: routeType, ...errorFields(error) })
  }
}
