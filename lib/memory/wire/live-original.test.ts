import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from './schema.ts'
import { type Asked, messages, openScene } from './wire.fake.ts'

/**
 * What getmetal/motorhead at 571120f answered when it was run and asked beyond the recorded cases of
 * `conformance.test.ts`: where ours is equal, and where it differs and why.
 */
const MEMORY = '/sessions/s/memory'
const ONE = { messages: [{ role: 'Human', content: 'message 1' }] }
const text = (body: unknown) => JSON.stringify(body)

let scene: ReturnType<typeof openScene>
beforeEach(() => {
  scene = openScene()
})
afterEach(() => scene.close())

const stored = async (path = MEMORY) => (await scene.get(path)).messages
const save = (asked: Asked, path = MEMORY) =>
  scene.ask(path, { body: ONE, ...asked }).then(({ status }) => status)

describe('equal to the original', () => {
  it.each([
    'application/json',
    'Application/JSON;charset=latin1',
    'text/json',
    'application/vnd.api+json; v=1',
  ])('takes a body of the type %s', async (type) => {
    expect(await save({ headers: { 'content-type': type } })).toBe(200)
    expect(await stored()).toEqual(ONE.messages)
  })

  it.each([
    'text/plain',
    'application/json,text/plain',
    'json',
    'application/x-www-form-urlencoded',
    'a/json+x',
  ])('refuses one of the type %s', async (type) => {
    expect(await save({ headers: { 'content-type': type } })).toBe(400)
    expect(await stored()).toEqual([])
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (bytes: Buffer) => bytes],
    ['unheard-of', (bytes: Buffer) => bytes],
  ])('reads a body that is encoded as %s', async (encoding, encode) => {
    const headers = { 'content-encoding': encoding }
    expect(await save({ headers, body: encode(Buffer.from(text(ONE))) })).toBe(200)
    expect(await stored()).toEqual(ONE.messages)
  })

  it('refuses a body that is not encoded as it says', async () => {
    expect(await save({ headers: { 'content-encoding': 'gzip' } })).toBe(400)
    expect(await stored()).toEqual([])
  })

  it.each(['\ufeff', '/**/', 'x'])('refuses %j before JSON', async (before) => {
    expect(await save({ body: before + text(ONE) })).toBe(400)
  })

  it.each([['HEAD'], ['OPTIONS'], ['PUT'], ['PATCH'], ['TRACE']])('has no %s anywhere', async (method) => {
    for (const path of ['/', '/sessions', MEMORY, '/sessions/s/retrieval']) {
      expect((await scene.ask(path, { method })).status).toBe(404)
    }
  })

  it.each([
    ['page=abc', 400],
    ['size=-1', 400],
    ['size=5.0', 400],
    ['size=', 400],
    ['page=101', 400],
    ['page=100', 200],
    ['size=99999', 200],
    ['size=%2B5', 200],
    ['page[]=1', 200],
    ['&&', 200],
  ])('answers /sessions?%s with %i', async (query, status) => {
    expect((await scene.ask(`/sessions?${query}`)).status).toBe(status)
  })

  it('lists a session in each namespace that it was saved in, and in that without a name', async () => {
    for (const query of ['?namespace=a', '?namespace=b', '?namespace=a']) await save({}, MEMORY + query)
    const listed = async () => [
      await scene.get('/sessions?namespace=a'),
      await scene.get('/sessions?namespace=b'),
      await scene.get('/sessions'),
    ]
    expect(await listed()).toEqual([['s'], ['s'], []])
    await save({})
    expect(await listed()).toEqual([['s'], ['s'], ['s']])
  })

  it.each(["a'b", 'a"b', 'a;b', 'a,b', 'a=b&c', '~!$()', '{x}', 'a%0Ab', '%20', '%F0%9F%98%80', '%ff'])(
    'knows the session %s by that name alone',
    async (id) => {
      expect(await save({}, `/sessions/${id}/memory`)).toBe(200)
      expect(await stored(`/sessions/${id}/memory`)).toEqual(ONE.messages)
      expect(await stored()).toEqual([])
    },
  )

  it.each([
    '/SESSIONS/s/memory',
    '/sessions/s/Memory',
    '/sessions/s/memory;x',
    '/sessions/s',
    '/./sessions/s/memory',
  ])('has nothing at %s', async (path) => {
    expect((await scene.ask(path)).status).toBe(404)
  })
})

describe('other than the original, on purpose', () => {
  it('keeps the last of two equal keys in a body, as JSON.parse does: the original refuses it', async () => {
    expect(await save({ body: '{"messages":[],"messages":[{"role":"a","content":"2"}]}' })).toBe(200)
    expect(await stored()).toEqual([{ role: 'a', content: '2' }])
  })

  it('goes by the first of two equal parameters: the original refuses them', async () => {
    expect((await scene.ask('/sessions?page=1&page=200')).status).toBe(200)
  })

  it('takes messages as objects only: the original reads [role, content], too, which nobody documented', async () => {
    expect(await save({ body: { messages: [['Human', 'message 1']] } })).toBe(400)
  })

  it('means something by name and created_at, so that it refuses what cannot be read: the original ignores them', async () => {
    expect(await save({ body: { messages: [{ role: 'a', content: 'b', created_at: 5 }] } })).toBe(400)
    expect(await save({ body: { messages: [{ role: 'a', content: 'b', name: 7 }] } })).toBe(400)
  })

  it('takes the empty namespace for none: the original lists it apart', async () => {
    expect(await save({}, `${MEMORY}?namespace=`)).toBe(200)
    expect(await scene.get('/sessions')).toEqual(['s'])
  })

  it('refuses an id with NUL, which Postgres cannot hold, and roles and namespaces as long as messages', async () => {
    expect(await save({}, '/sessions/a%00b/memory')).toBe(400)
    expect(await save({ body: { messages: [{ role: 'r'.repeat(5000), content: 'b' }] } })).toBe(413)
    expect(await save({}, `${MEMORY}?namespace=${'x'.repeat(700)}`)).toBe(413)
  })

  it('takes at most a thousand messages a POST: the original takes what fits into 2 MB', async () => {
    expect(await save({ body: { messages: messages(1500) } })).toBe(413)
  })

  it('reads no more than 8 MB, however small they were sent', async () => {
    const body = gzipSync(`{"messages":[],"more":"${'x'.repeat(MAX_BODY_BYTES)}"}`)
    expect(await save({ headers: { 'content-encoding': 'gzip' }, body })).toBe(413)
  })

  it('knows no percent-encoded words in an address: the original decodes them before it looks', async () => {
    expect((await scene.ask('/sessions/s/m%65mory')).status).toBe(404)
  })
})
