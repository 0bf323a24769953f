import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { MemoryError, type MemoryErrorCode } from '#lib/memory/errors.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { App, Rim } from './app.ts'
import { fakeChat, REPLY } from './chat.fake.ts'
import { readConfig } from './config.ts'
import { createLimits } from './limits.ts'
import { processSlot } from './process-slot.ts'
import { createIdentity } from './sealed-cookie.ts'

vi.mock('server-only', () => ({}))

const ORIGIN = 'http://localhost:3000'
const SESSION = '01893c5e-1f2a-7bcd-8abc-0123456789ab'
const MESSAGE = '01893c5e-1f2a-7bcd-8abc-0123456789ac'
const send = {
  kind: 'send',
  sessionId: SESSION,
  isNew: true,
  id: MESSAGE,
  replyId: REPLY,
  after: null,
  text: 'hi',
}

const chatRoute = await import('#app/api/chat/route.ts')
const streamRoute = await import('#app/api/chat/[sessionId]/stream/route.ts')
const stopRoute = await import('#app/api/chat/[sessionId]/stop/route.ts')
const sessionsRoute = await import('#app/api/sessions/route.ts')
const sessionRoute = await import('#app/api/sessions/[sessionId]/route.ts')
const healthRoute = await import('#app/api/health/route.ts')

let chat: ReturnType<typeof fakeChat>
let logged: string

beforeEach(() => {
  chat = fakeChat()
  logged = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
    logged += line
    return true
  })
  setUp({})
})

function setUp(env: Record<string, string>): void {
  const config = readConfig(env)
  const identity = createIdentity({ secrets: ['vN3xq8Lr2TzW0bKc5YhDf7MjPa1sEu9g'], https: config.https })
  processSlot<Rim>('rim').set({ config, identity, limits: createLimits(config.limits) })
  const store = createSqliteStore(':memory:')
  const spend: App['spend'] = (allowances) => store.spend(allowances, Date.now())
  chat.send.mockImplementation(async (_, __, allowances = []) => {
    await spend([...allowances])
    return fakeChat().send('', {} as never)
  })
  const app = { chat, spend, checkStore: async () => {} } as unknown as App
  processSlot<Promise<App>>('app').set(Promise.resolve(app))
}

type Init = { method?: string; headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> }

function request(path: string, { method = 'GET', headers = {}, body }: Init = {}): Request {
  const ours = new Headers({ host: 'localhost:3000' })
  if (method !== 'GET') ours.set('origin', ORIGIN)
  if (body !== undefined) ours.set('content-type', 'application/json')
  for (const [name, value] of Object.entries(headers)) ours.set(name, value)
  return new Request(ORIGIN + path, { method, body, headers: ours })
}

const none = { params: Promise.resolve({}) }
const of = (sessionId: string) => ({ params: Promise.resolve({ sessionId }) })
const post = (body: unknown, headers: Record<string, string> = {}) =>
  chatRoute.POST(
    request('/api/chat', {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
    none,
  )

describe('POST /api/chat', () => {
  it('streams the reply and seals a new user into a cookie', async () => {
    const answer = await post(send)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(answer.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
    expect(answer.headers.get('x-run-id')).toBe(REPLY)
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(await answer.text()).toBe('id: 0\ndata: {"type":"start"}\n\n')
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    await post(send, { cookie })
    expect(chat.send.mock.calls[1]?.[0]).toBe(chat.send.mock.calls[0]?.[0])
    expect(chat.send.mock.calls[0]?.[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('seals nothing when it refuses', async () => {
    chat.send.mockRejectedValue(new MemoryError('not-found', `session ${SESSION}`))
    expect((await post(send)).headers.get('set-cookie')).toBeNull()
  })

  it.each<[string, Record<string, string>]>([
    ['another site by Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['another port', { origin: 'http://localhost:3001' }],
    ['a forwarded host that agrees', { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' }],
    [
      'a foreign name for this machine',
      { host: 'evil.example', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
  ])('refuses %s, before anything else', async (_, headers) => {
    const answer = await post(send, headers)
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ error: { code: 'cross-origin' } })
    expect(chat.send).not.toHaveBeenCalled()
  })

  it('refuses a request that does not say where it comes from', async () => {
    const bare = new Request(`${ORIGIN}/api/chat`, {
      method: 'POST',
      headers: { host: 'localhost:3000', 'content-type': 'application/json' },
      body: JSON.stringify(send),
    })
    expect((await chatRoute.POST(bare, none)).status).toBe(403)
  })

  it('expects PUBLIC_URL as the origin when it is set', async () => {
    setUp({ PUBLIC_URL: 'https://chat.example.org' })
    expect((await post(send, { origin: 'https://chat.example.org' })).status).toBe(200)
    expect((await post(send)).status).toBe(403)
  })

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data'],
    ['application/jsonx'],
  ])('refuses a body of type %s', async (type) =>
    expect((await post(send, { 'content-type': type })).status).toBe(415),
  )

  it.each<[string, unknown]>([
    ['no JSON', '{"kind":'],
    ['an empty body', ''],
    ['deep nesting', '['.repeat(65) + ']'.repeat(65)],
    ['an unknown field', { ...send, role: 'system' }],
    ['__proto__', `{"__proto__":{"a":1},${JSON.stringify(send).slice(1)}`],
    ['a malformed id', { ...send, id: '../../etc' }],
    ['NUL in the text', { ...send, text: 'a\0b' }],
    ['a lone surrogate', { ...send, text: '\ud800' }],
    ['blank text', { ...send, text: ' \n\t' }],
    ['a wrong type', { ...send, text: { canary: true } }],
    ['an unknown kind', { ...send, kind: 'canary' }],
    ['an array', [send]],
  ])('answers 400 to %s without repeating it', async (_, body) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'bad-request' } })
    for (const echo of ['canary', 'etc', 'role', '__proto__']) expect(text).not.toContain(echo)
    expect(chat.send).not.toHaveBeenCalled()
  })

  it('takes 100,000 characters in any encoding, and says so about one more', async () => {
    expect((await post({ ...send, text: '€'.repeat(100_000) })).status).toBe(200)
    const answer = await post({ ...send, text: 'a'.repeat(100_001) })
    expect(answer.status).toBe(413)
    expect((await answer.json()).error.message).toContain('at most 100,000 characters')
    expect((await post({ ...send, text: 'a'.repeat(700_000) })).status).toBe(413)
  })

  it('refuses bytes that are no UTF-8', async () => {
    const body = new Uint8Array([0x22, 0xff, 0xfe, 0x22])
    const answer = await chatRoute.POST(request('/api/chat', { method: 'POST', body }), none)
    expect(answer.status).toBe(400)
  })

  it('never fails for any JSON', async () => {
    setUp({ RUNS_PER_MINUTE: '100000', RUNS_PER_DAY: '100000' })
    const nearly = fc.record(
      Object.fromEntries(
        Object.entries(send).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.jsonValue())]),
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), nearly), async (body) => {
        const answer = await post(JSON.stringify(body))
        expect(answer.status).toBeLessThan(500)
        if (!answer.ok) expect(await answer.json()).toHaveProperty('error.message')
      }),
      { numRuns: 500 },
    )
  })

  it.each(['RUNS', 'REQUESTS'])('asks to wait after too many %s a minute', async (what) => {
    setUp({ [`${what}_PER_MINUTE`]: '1' })
    const cookie = (await post(send)).headers.get('set-cookie')?.split(';')[0] ?? ''
    const answer = await post(send, { cookie })
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    const { status } = await sessionsRoute.GET(request('/api/sessions', { headers: { cookie } }), none)
    expect(status === 429).toBe(what === 'REQUESTS')
  })
})

describe('what is thrown', () => {
  it.each<[MemoryErrorCode, number]>([
    ['not-found', 404],
    ['conflict', 409],
    ['too-many-runs', 429],
    ['storage-full', 507],
    ['storage-busy', 503],
    ['storage-damaged', 503],
    ['storage-unavailable', 503],
  ])('%s becomes %i with a sentence of its own', async (code, status) => {
    chat.send.mockRejectedValue(new MemoryError(code, 'canary'))
    const answer = await post(send)
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toContain('canary')
    expect(logged).not.toContain('canary')
  })

  it('the unexpected becomes 500 with a reference that the log has too', async () => {
    chat.send.mockRejectedValue(new Error('canary: SELECT * FROM x'))
    const answer = await post(send)
    expect(answer.status).toBe(500)
    const text = await answer.text()
    const reference = /under ([0-9a-f]{8})/.exec(text)?.[1]
    expect(reference).toBeDefined()
    expect(logged).toContain(reference)
    expect(text + logged).not.toContain('canary')
    expect(JSON.parse(logged)).toMatchObject({
      level: 'error',
      event: 'request-failed',
      route: '/api/chat',
      status: 500,
    })
  })
})

describe('other routes', () => {
  it('answers an anonymous reader without asking the store', async () => {
    const list = await sessionsRoute.GET(request('/api/sessions'), none)
    expect(await list.json()).toEqual({ sessions: [], next: null })
    expect((await sessionRoute.GET(request(`/api/sessions/${SESSION}`), of(SESSION))).status).toBe(404)
    const stream = await streamRoute.GET(request(`/api/chat/${SESSION}/stream?run=${REPLY}`), of(SESSION))
    expect(stream.status).toBe(204)
    expect(chat.view).not.toHaveBeenCalled()
  })

  it('answers 404 where the service finds nothing', async () => {
    const init = { method: 'POST', body: JSON.stringify({ runId: REPLY }) }
    const answer = await stopRoute.POST(request(`/api/chat/${SESSION}/stop`, init), of(SESSION))
    expect(answer.status).toBe(404)
    const removed = await sessionRoute.DELETE(
      request(`/api/sessions/${SESSION}`, { method: 'DELETE' }),
      of(SESSION),
    )
    expect(await removed.text()).toBe(await answer.text())
  })

  it('refuses malformed ids and parameters', async () => {
    expect((await sessionRoute.GET(request('/api/sessions/x'), of('x'))).status).toBe(400)
    for (const query of ['before=-1', 'before=1e3', 'before=1&before=2', 'other=1']) {
      const answer = await sessionRoute.GET(request(`/api/sessions/${SESSION}?${query}`), of(SESSION))
      expect(answer.status).toBe(400)
    }
  })

  it('names the methods that an address has', async () => {
    const refused = await sessionRoute.PUT(request('/api/sessions/x', { method: 'PUT' }), of('x'))
    expect(refused.status).toBe(405)
    expect(refused.headers.get('allow')).toBe('GET, PATCH, DELETE, HEAD, OPTIONS')
    expect(await refused.json()).toHaveProperty('error.message')
    const options = await chatRoute.OPTIONS(request('/api/chat', { method: 'OPTIONS' }), none)
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS'])
    expect([...options.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('answers HEAD as GET without the body', async () => {
    const head = await sessionsRoute.HEAD(request('/api/sessions', { method: 'HEAD' }), none)
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('content-type')).toContain('json')
  })

  it('says by its health that the store cannot be read', async () => {
    expect((await healthRoute.GET(request('/api/health'), none)).status).toBe(200)
    const failing = {
      checkStore: () => Promise.reject(new MemoryError('storage-busy', 'x')),
    } as unknown as App
    processSlot<Promise<App>>('app').set(Promise.resolve(failing))
    const answer = await healthRoute.GET(request('/api/health'), none)
    expect(answer.status).toBe(503)
    expect((await answer.json()).problem).toContain('locked')
  })
})
