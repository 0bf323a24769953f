import { afterEach, describe, expect, it } from 'vitest'
import { createKeys } from '../keys.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { type Asked, messages, openScene } from './wire.fake.ts'

const KEY = 'a-key-of-sixteen-or-more'
const scenes: ReturnType<typeof openScene>[] = []
const open = (access: Parameters<typeof openScene>[0] = {}) => {
  const scene = openScene(access)
  scenes.push(scene)
  return scene
}
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close()
})
const statusOf = async (scene: ReturnType<typeof open>, path: string, asked: Asked = {}) =>
  (await scene.ask(path, asked)).status

describe('without a key configured', () => {
  it.each<[string, Asked, number]>([
    ['a program on this machine', {}, 200],
    ['one that names it by its address', { headers: { host: '127.0.0.1:3000' } }, 200],
    ['one over IPv6', { headers: { host: '[::1]:3000' } }, 200],
    [
      'a page of this server',
      { headers: { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' } },
      200,
    ],
    ['another machine', { fromThisMachine: false }, 401],
    ['another machine that claims the name', { fromThisMachine: false, headers: { host: 'localhost' } }, 401],
    ['a page of another site', { headers: { 'sec-fetch-site': 'cross-site' } }, 401],
    ['a page of another port', { headers: { 'sec-fetch-site': 'same-site' } }, 401],
    ['a page with another origin', { headers: { origin: 'http://evil.example' } }, 401],
    ['a sandboxed page', { headers: { origin: 'null' } }, 401],
    ['a name that was pointed here', { headers: { host: 'evil.example:3000' } }, 401],
    ['a name that looks like ours', { headers: { host: 'localhost.evil.example' } }, 401],
    ['somebody behind a proxy on this machine', { headers: { 'x-forwarded-for': '10.0.0.9' } }, 401],
    ['a key that nobody has made', { headers: { authorization: `Bearer ${KEY}` } }, 401],
  ])('%s', async (_, asked, status) => {
    const scene = open()
    for (const path of [
      '/sessions',
      '/sessions/s/memory',
      '/motorhead/sessions',
      '/v1/motorhead/sessions/s/audit',
    ]) {
      expect(await statusOf(scene, path, asked), path).toBe(status)
    }
    expect(await statusOf(scene, '/', asked)).toBe(200)
  })

  it('says the way out, and that it is no empty conversation', async () => {
    const { body } = await open().ask('/sessions/s/memory', { fromThisMachine: false })
    expect(JSON.parse(body)).toMatchObject({
      messages: null,
      message: expect.stringContaining('MOTORHEAD_KEYS'),
    })
  })

  it('is open to its network when told so, whatever key is sent', async () => {
    const scene = open({ access: { open: true } })
    const asked = {
      fromThisMachine: false,
      headers: { 'x-metal-api-key': 'anything', host: 'memory.internal' },
    }
    expect(await statusOf(scene, '/sessions', asked)).toBe(200)
    expect(await statusOf(scene, '/keys/current', asked)).toBe(200)
    expect(await statusOf(scene, '/k/anything/sessions', asked)).toBe(401)
  })
})

describe('with a key', () => {
  const access = { keys: [{ name: 'one', key: KEY }] }

  it.each<[string, string, Asked]>([
    ['in the path', `/k/${KEY}/sessions/s/memory`, {}],
    ['in the path of the managed service', `/k/${KEY}/v1/motorhead/sessions/s/memory`, {}],
    ['in the path of n8n', `/k/${KEY}//motorhead/sessions/s/memory/`, {}],
    [
      'in the metal headers',
      '/sessions/s/memory',
      { headers: { 'x-metal-api-key': KEY, 'x-metal-client-id': 'c' } },
    ],
    ['as a bearer', '/sessions/s/memory', { headers: { authorization: `bearer ${KEY}` } }],
    [
      'beside an unset header',
      '/sessions/s/memory',
      { headers: { 'x-metal-api-key': 'undefined', authorization: `Bearer ${KEY}` } },
    ],
  ])('%s, everybody comes in, to the same sessions', async (_, path, asked) => {
    const scene = open({ access })
    await scene.get(`/k/${KEY}/sessions/s/memory`, { body: { messages: messages(1) } })
    const remote = { ...asked, fromThisMachine: false }
    expect((await scene.get(path, remote)).messages).toEqual(messages(1))
  })

  it.each(['undefined', 'null', 'None', '', '  '])('the key %j is none', async (key) => {
    const headers = { 'x-metal-api-key': key, authorization: `Bearer ${key}` }
    expect(await statusOf(open(), '/sessions', { headers })).toBe(200)
    expect(await statusOf(open({ access }), '/sessions', { headers })).toBe(401)
  })

  it('tells whether a key is valid', async () => {
    const scene = open({ access })
    expect(await scene.get(`/k/${KEY}/keys/current`)).toEqual({ status: 'Ok', name: 'one' })
    expect(await statusOf(scene, '/keys/current', { headers: { 'x-metal-api-key': KEY } })).toBe(200)
    for (const path of ['/keys/current', '/k/wrong/keys/current', `/k/${KEY}x/keys/current`]) {
      expect(await statusOf(scene, path), path).toBe(401)
    }
  })

  it('of a person, their sessions live apart, until it is revoked', async () => {
    const store = createSqliteStore(':memory:')
    const keys = createKeys({ store, now: Date.now })
    const scene = open({ store, access: { findKey: keys.find } })
    const made = await keys.create('bob', 'notebook')
    if (!made) throw new Error('expected a key')
    const path = `/k/${made.secret}/sessions/s/memory`
    await scene.get(path, { body: { messages: messages(2) }, fromThisMachine: false })
    expect(await scene.get('/sessions')).toEqual([])
    const listed = await store.listSessions(await store.namespacesOf('bob'), { limit: 9 })
    expect(listed).toMatchObject([{ id: 's', namespace: `key:${made.key.id}`, title: 'message 1' }])
    await keys.revoke('bob', made.key.id)
    expect(await statusOf(scene, path)).toBe(401)
  })

  it('stands in no answer', async () => {
    const scene = open({ access })
    for (const path of [`/k/${KEY}/nowhere`, `/k/${KEY}/sessions?page=x`, `/k/${KEY}x/sessions`]) {
      expect((await scene.ask(path)).body).not.toContain(KEY)
    }
  })
})
