import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Message } from './client.ts'

/** What a memory server can do wrong; each is a defect that one has had. */
export type Defect =
  /** Keeps the newest half of the list when a summary is there, whatever came or was left out meanwhile. */
  | 'trims by position'
  /** Puts back what it had read before it asked the model. */
  | 'loses what comes meanwhile'
  | 'brings a deleted session back'
  | 'acknowledges before it stores'
  | 'gives the oldest first'
  | 'takes a repeated save twice'

type Session = { messages: Message[]; context: string | null; label: string; at: number; busy: boolean }
type Answer = [status: number, body: unknown]

const WINDOW = 12
const HALF = WINDOW / 2

/** A small memory server over real HTTP that holds to everything but its defects, and forgets all when it ends. */
export async function startDefectiveServer(modelUrl: string, defect?: Defect) {
  const sessions = new Map<string, Session>()
  const keys = new Set<string>()
  const compactions = new Set<Promise<void>>()
  /** Saves that are acknowledged and stored only after the next read of their session. */
  const late = new Map<string, (() => void)[]>()

  function save(id: string, label: string, messages: Message[], context: unknown): void {
    const found = sessions.get(id)
    const session = found ?? { messages: [], context: null, label, at: 0, busy: false }
    sessions.set(id, session)
    session.messages.push(...messages)
    session.at = Date.now()
    if (typeof context === 'string') session.context = context
    const compaction = compact(id, session).finally(() => compactions.delete(compaction))
    compactions.add(compaction)
  }

  async function compact(id: string, session: Session): Promise<void> {
    if (session.busy || session.messages.length <= WINDOW) return
    session.busy = true
    const before = [...session.messages]
    const folded = before.slice(0, before.length - HALF)
    // The list of the original has its newest at 0; it reads half a window from the middle of it.
    const shown = defect === 'trims by position' ? before.toReversed().slice(HALF, WINDOW + 1) : folded
    session.context = await summarise(shown)
    session.busy = false
    if (defect === 'trims by position') session.messages = session.messages.slice(-HALF - 1)
    else if (defect === 'loses what comes meanwhile') session.messages = before.slice(folded.length)
    else session.messages.splice(0, folded.length)
    if (defect === 'brings a deleted session back' && !sessions.has(id)) sessions.set(id, session)
    if (defect !== 'trims by position') await compact(id, session)
  }

  async function summarise(messages: Message[]): Promise<string> {
    const content = messages.map((message) => message.content).join('\n')
    const asked = await fetch(`${modelUrl}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }),
    })
    return (await asked.json()).choices[0].message.content
  }

  function read(id: string): Answer {
    const memory = memoryOf(id)
    for (const store of late.get(id) ?? []) store()
    late.delete(id)
    return [200, { ...memory, data: memory }]
  }

  function memoryOf(id: string) {
    const { messages = [], context = null } = sessions.get(id) ?? {}
    const newest = messages.slice(defect === 'trims by position' ? -WINDOW - 1 : -WINDOW)
    return { messages: defect === 'gives the oldest first' ? newest : newest.reverse(), context, tokens: 0 }
  }

  function post(request: IncomingMessage, id: string, query: URLSearchParams, body: unknown): Answer {
    const { messages, context } = (body ?? {}) as { messages?: unknown; context?: unknown }
    if (!Array.isArray(messages) || messages.some((message) => typeof message?.role !== 'string'))
      return [400, { error: 'messages' }]
    const key = request.headers['idempotency-key']
    const isRepeated = typeof key === 'string' && keys.has(key)
    if (typeof key === 'string') keys.add(key)
    if (isRepeated && defect !== 'takes a repeated save twice') return [200, { status: 'Ok' }]
    const store = () => save(id, query.get('namespace') ?? '', messages, context)
    if (defect === 'acknowledges before it stores') late.set(id, [...(late.get(id) ?? []), store])
    else store()
    return [200, { status: 'Ok' }]
  }

  function list(query: URLSearchParams): Answer {
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('size') ?? 10)]
    if (page < 1 || size < 1) return [400, { error: 'page and size begin at 1' }]
    const labelled = [...sessions].filter(([, { label }]) => label === (query.get('namespace') ?? ''))
    const ids = labelled.sort(([, a], [, b]) => a.at - b.at).map(([id]) => id)
    return [200, ids.slice((page - 1) * size, page * size)]
  }

  function retrieve(id: string, body: unknown): Answer {
    const words = String((body as { text?: unknown })?.text).match(/\w+/g) ?? []
    const score = ({ content }: Message) => words.filter((word) => content.includes(word)).length
    const found = (sessions.get(id)?.messages ?? []).toSorted((a, b) => score(b) - score(a))
    return [200, found.map((message) => ({ ...message, dist: 1 / (1 + score(message)) }))]
  }

  function answer(request: IncomingMessage, path: string[], query: URLSearchParams, body: unknown): Answer {
    if (path.length === 0) return [200, { now: Date.now() }]
    if (path.length === 1) return list(query)
    const id = path.slice(1, -1).map(decodeURIComponent).join('/')
    const route = `${request.method} ${path.at(-1)}`
    if (route === 'GET memory') return read(id)
    if (route === 'POST memory') return post(request, id, query, body)
    if (route === 'POST retrieval') return retrieve(id, body)
    if (route !== 'DELETE memory') return [404, { error: 'nothing here' }]
    sessions.delete(id)
    return [200, { status: 'Ok' }]
  }

  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    const [address = '', query] = (request.url ?? '').replace('/v1/motorhead', '').split('?')
    const path = address.split('/').filter((part) => part !== '')
    const text = Buffer.concat(chunks).toString()
    const [status, body] = answer(request, path, new URLSearchParams(query), text && JSON.parse(text))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Until no summary is being made. */
    async idle(): Promise<void> {
      while (compactions.size > 0) await Promise.all(compactions)
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
