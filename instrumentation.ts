/**
 * Opens the app when the server starts, so that replies cut off by a crash are marked and waiting jobs go on without
 * anybody asking. A store that cannot be opened now is tried again by the next request.
 */
export async function register(): Promise<void> {
  // Next compiles this file for its other runtime too, and drops what stands behind this condition there.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { openAtStart } = await import('#lib/server/start.ts')
    await openAtStart()
  }
}
