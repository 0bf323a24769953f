import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What the server does with the next requests. */
export type Mood =
  | 'well'
  | 'down'
  | 'hangs'
  | 'page'
  | 'half'
  | 'error'
  | 'redirect'
  | 'locked'
  | 'refuses'
  /** A proxy before it takes no body over 1 MB, as nginx does by default. */
  | 'refuses-long'
  /** Saves, and its answer never comes. */
  | 'saves-and-hangs'
  /** Saves, and the connection breaks. */
  | 'saves-and-drops'

type Said = { role: string; content: string }
type Session = { list: Said[]; context: string | null; tokens: number }

export type Original = {
  url: string
  mood: Mood
  /** Each request as `GET /sessions/x/memory`. */
  requests: string[]
  headers: IncomingMessage['headers'][]
  /** Where a redirect points; whoever follows it is seen in `followed`. */
  followed: IncomingMessage['headers'][]
  /** Oldest first. */
  contents(sessionId: string): string[]
  session(sessionId: string): Session
  sessionIds(): string[]
  /** Every message that was ever saved, whatever became of it. Oldest first. */
  saved(sessionId: string): string[]
  close(): Promise<void>
}

const WINDOW = 12

/** actix-web's limit for JSON. */
const MAX_BODY_BYTES = 2_097_152
const PROXY_MAX_BYTES = 1024 * 1024

/**
 * A small Motörhead as the original is, over real HTTP: GET gives window + 1, newest first; what is beyond the window is
 * folded into a summary and trimmed, messages in between lost; a body over 2 MB is refused unread, and then nothing on that
 * connection is answered any more. `managed`: the shape of the service that is gone.
 */
export async function startOriginal({ managed = false } = {}): Promise<Original> {
  const sessions = new Map<string, Session>()
  const saved = new Map<string, string[]>()
  /** Connections with a body on them that nobody reads. */
  const stuck = new WeakSet<Socket>()
  const follower = await listen((request, response) => {
    original.followed.push(request.headers)
    json(response, 200, { messages: [], context: 'from elsewhere' })
  })
  const server = await listen((request, response) => {
    original.requests.push(`${request.method} ${request.url}`)
    original.headers.push(request.headers)
    answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { mood } = original
    if (stuck.has(request.socket)) return
    if (mood === 'down') return void response.destroy()
    if (mood === 'hangs') return
    if (mood === 'page') return void response.end('<html><body>Welcome to nginx!</body></html>')
    if (mood === 'half') return void response.end('{"messages":[{"role":"Human","cont')
    if (mood === 'error') return text(response, 500, 'An error was signalled by the server')
    if (mood === 'locked') return json(response, 401, { message: 'Unauthorized' })
    if (mood === 'redirect') return void response.writeHead(302, { location: `${follower.url}/caught` }).end()
    const path = /^\/sessions\/([^/]*)\/memory(?:\?.*)?$/u.exec(request.url ?? '')
    if (!path?.[1]) return void response.writeHead(404, { 'content-length': 0 }).end()
    const id = decodeURIComponent(path[1])
    if (request.method === 'DELETE') {
      sessions.delete(id)
      return json(response, 200, { status: 'Ok' })
    }
    if (request.method === 'POST') return post(id, request, response)
    json(response, 200, shaped(read(id)))
  }

  async function post(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.headers['content-type']?.startsWith('application/json'))
      return json(response, 400, { error: 'Content type error' })
    const size = Number(request.headers['content-length'])
    if (original.mood === 'refuses-long' && size > PROXY_MAX_BYTES)
      return text(response, 413, 'Request Entity Too Large')
    if (size > MAX_BODY_BYTES) {
      stuck.add(request.socket)
      const error = `JSON payload (${size} bytes) is larger than allowed (limit: ${MAX_BODY_BYTES} bytes).`
      return json(response, 400, { error })
    }
    const body = JSON.parse(await bodyOf(request)) as { messages: Said[]; context?: string | null }
    if (original.mood === 'refuses') return json(response, 400, { error: 'Json deserialize error' })
    const session = sessions.get(id) ?? { list: [], context: null, tokens: 0 }
    sessions.set(id, session)
    if (typeof body.context === 'string') session.context = body.context
    if (body.messages.length === 0) return text(response, 500, 'wrong number of arguments for lpush')
    for (const { role, content } of body.messages) session.list.unshift(splitAtColon(`${role}: ${content}`))
    saved.set(id, [...(saved.get(id) ?? []), ...body.messages.map(({ content }) => content)])
    if (session.list.length > WINDOW) setImmediate(() => fold(session))
    if (original.mood === 'saves-and-hangs') return
    if (original.mood === 'saves-and-drops') return void response.destroy()
    json(response, 200, managed ? shaped(read(id)) : { status: 'Ok' })
  }

  const read = (id: string) => {
    const { list, context, tokens } = sessions.get(id) ?? { list: [], context: null, tokens: 0 }
    return { messages: list.slice(0, WINDOW + 1), context, tokens }
  }
  const shaped = ({ messages, context, tokens }: ReturnType<typeof read>) =>
    managed ? { data: { messages, context: context ?? 'NONE' } } : { messages, context, tokens }

  const original: Original = {
    url: server.url,
    mood: 'well',
    requests: [],
    headers: [],
    followed: [],
    contents: (id) =>
      original
        .session(id)
        .list.map(({ content }) => content)
        .reverse(),
    session: (id) => sessions.get(id) ?? { list: [], context: null, tokens: 0 },
    sessionIds: () => [...sessions.keys()],
    saved: (id) => saved.get(id) ?? [],
    close: async () => void (await Promise.all([server.close(), follower.close()])),
  }
  return original
}

/** By position, as the original does it: what was pushed out before is in no summary, one message is kept and folded. */
function fold(session: Session): void {
  const half = WINDOW / 2
  const folded = session.list.slice(half, WINDOW + 1).reverse()
  session.context = `summary of ${folded.map(({ content }) => content.replace('message ', '')).join(',')}`
  session.tokens += 15
  session.list = session.list.slice(0, half + 1)
}

function splitAtColon(line: string): Said {
  const at = line.indexOf(': ')
  return { role: line.slice(0, at), content: line.slice(at + 2) }
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
