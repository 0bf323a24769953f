/**
 * The app behind its real routes, without Next in front: what a crash can hurt is here (cookie, limits, chat, memory, jobs,
 * store), and it starts in a fraction of the time. For the crash tests only, which kill it a thousand times.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { flushCompileCache } from 'node:module'
import { sendAnswer, toAsked } from '#lib/server/node-http.ts'
import type { Handler } from '#lib/server/route.ts'
import { createRandom } from './random.ts'

const HOUR_MS = 3_600_000
/**
 * A job or a lease that was written while the clock was so little ahead is waited for when the time is right again, for longer
 * than a test lasts. Further ahead, it counts as written by a clock gone wrong (`FURTHEST_AHEAD_MS`, and an hour to spare).
 */
const WAITED_FOR_MS = 3 * HOUR_MS

const { PORT, CRASH_CLOCK, CRASH_WARM } = process.env
if (CRASH_CLOCK) jumpInTime(Number(CRASH_CLOCK))

// After the clock is bent: the app keeps the `Date.now` that it finds.
const [{ openAtStart }, { wire }, { isForWire, serveWire }, chat, session] = await Promise.all([
  import('#lib/server/start.ts'),
  import('#lib/server/wire-answer.ts'),
  import('#lib/server/wire-node.ts'),
  import('#app/api/chat/route.ts'),
  import('#app/api/sessions/[sessionId]/route.ts'),
])
// Whoever is killed leaves nothing for the next start: the first one writes down what it has compiled.
if (CRASH_WARM) flushCompileCache()
await openAtStart()

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`ready at ${PORT}\n`))

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  if (isForWire(incoming)) return serveWire(wire, incoming, response)
  const url = new URL(incoming.url ?? '/', `http://127.0.0.1:${PORT}`)
  const [, sessionId] = /^\/api\/sessions\/([^/]+)$/u.exec(url.pathname) ?? []
  const handlers = sessionId === undefined ? chat : session
  const handler = (incoming.method === 'POST' ? handlers.POST : handlers.GET) as Handler
  const context = { params: Promise.resolve({ sessionId }) }
  await sendAnswer(await handler(toAsked(incoming), context), response)
}

/**
 * Every 50 ms the clock may go anywhere within two days of the right time, but those few hours: four from one end to the other, of
 * the week for which a program's `Idempotency-Key` is kept.
 */
function jumpInTime(seed: number): void {
  const random = createRandom(seed)
  const real = Date.now
  let ahead = 0
  Date.now = () => real() + ahead
  setInterval(() => {
    if (!random.chance(0.5)) return
    const drawn = random.int(-48 * HOUR_MS, 48 * HOUR_MS - WAITED_FOR_MS)
    ahead = drawn > 0 ? drawn + WAITED_FOR_MS : drawn
  }, 50).unref()
}
