/**
 * The app behind its real routes, without Next in front: what a crash can hurt is here (cookie, limits, chat, memory, jobs,
 * store), and it starts in a fraction of the time. For the crash tests only, which kill it a thousand times.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { createRandom } from './random.ts'

const { PORT, CRASH_CLOCK } = process.env
if (CRASH_CLOCK) jumpInTime(Number(CRASH_CLOCK))

// After the clock is bent: the app keeps the `Date.now` that it finds.
const [{ openAtStart }, chat, session] = await Promise.all([
  import('#lib/server/start.ts'),
  import('#app/api/chat/route.ts'),
  import('#app/api/sessions/[sessionId]/route.ts'),
])
await openAtStart()

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`ready at ${PORT}\n`))

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', `http://127.0.0.1:${PORT}`)
  const [, sessionId] = /^\/api\/sessions\/([^/]+)$/u.exec(url.pathname) ?? []
  const handlers = sessionId === undefined ? chat : session
  const handler = incoming.method === 'POST' ? handlers.POST : handlers.GET
  const answered = await handler(toRequest(url, incoming), { params: Promise.resolve({ sessionId }) })
  response.writeHead(answered.status, [...answered.headers].flat())
  if (!answered.body) return void response.end()
  // A reader who leaves stops nothing but the reading.
  await pipeline(Readable.fromWeb(answered.body as ReadableStream), response).catch(() => {})
}

function toRequest(url: URL, incoming: IncomingMessage): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value))
  if (incoming.method === 'GET') return new Request(url, { headers })
  return new Request(url, {
    method: 'POST',
    headers,
    body: Readable.toWeb(incoming),
    duplex: 'half',
  } as never)
}

/** Every 50 ms the clock may go anywhere within two days of the right time. */
function jumpInTime(seed: number): void {
  const random = createRandom(seed)
  const real = Date.now
  let ahead = 0
  Date.now = () => real() + ahead
  setInterval(() => {
    if (random.chance(0.5)) ahead = random.int(-48 * 3_600_000, 48 * 3_600_000)
  }, 50).unref()
}
