import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryError } from '../errors.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { messages, openScene } from './wire.fake.ts'

/** What ours adds to the reads of the original, by the names that outside programs rely on. */

let scene: ReturnType<typeof openScene>
beforeEach(() => {
  scene = openScene()
})
afterEach(() => scene.close())

const say = (session: string, content: string, query = '') =>
  scene.get(`/sessions/${session}/memory${query}`, {
    body: { messages: [{ role: 'Human', content, name: 'Ann', created_at: '2023-05-08' }] },
  })

describe('retrieval', () => {
  const find = (body: object, query = '') =>
    scene.get(`/sessions/a/retrieval${query}`, { body: { text: 'hedgehog', ...body } })
  const contents = async (...asked: Parameters<typeof find>) =>
    (await find(...asked)).map(({ content }: { content: string }) => content).sort()

  it('finds in its session, or in all of the namespace, or in those with one label', async () => {
    await say('a', 'a hedgehog here')
    await say('b', 'a hedgehog there', '?namespace=garden')
    await say('c', 'nothing')
    expect(await contents({})).toEqual(['a hedgehog here'])
    expect(await contents({ scope: 'session' })).toEqual(['a hedgehog here'])
    expect(await contents({ scope: 'namespace' })).toEqual(['a hedgehog here', 'a hedgehog there'])
    expect(await contents({ scope: 'namespace' }, '?namespace=garden')).toEqual(['a hedgehog there'])
  })

  it('gives ten of them, the best first, or as many as were asked for', async () => {
    const many = Array.from({ length: 30 }, (_, n) => ({ role: 'Human', content: `hedgehog number ${n}` }))
    await scene.get('/sessions/a/memory', { body: { messages: many } })
    const found = await find({})
    expect(found).toHaveLength(10)
    const distances = found.map(({ dist }: { dist: number }) => dist)
    expect(distances).toEqual(distances.toSorted((one: number, other: number) => one - other))
    expect(await find({ limit: 3 })).toHaveLength(3)
    expect(await find({ limit: 30 })).toHaveLength(30)
    for (const limit of [0, 101, 1.5, '3']) {
      const body = { text: 'hedgehog', limit }
      expect((await scene.ask('/sessions/a/retrieval', { body })).status, String(limit)).toBe(400)
    }
    const body = { text: 'hedgehog', scope: 'all' }
    expect((await scene.ask('/sessions/a/retrieval', { body })).status).toBe(400)
  })

  it('gives the fields that were asked for, and no others', async () => {
    await say('a', 'a hedgehog')
    const plain = { role: 'Human', content: 'a hedgehog', dist: expect.any(Number) }
    expect(await find({})).toEqual([plain])
    expect(await find({}, '?include=id,created_at,session_id,name,content,secret')).toEqual([
      {
        ...plain,
        id: expect.any(String),
        created_at: '2023-05-08T00:00:00.000Z',
        session_id: 'a',
        name: 'Ann',
      },
    ])
  })

  it('says so when it is switched off, as the original does', async () => {
    const off = openScene({ longTermMemory: false })
    const { status, body } = await off.ask('/sessions/a/retrieval', { body: { text: 'x' } })
    expect([status, JSON.parse(body).error]).toEqual([400, 'Long term memory is disabled'])
    await off.close()
  })
})

describe('the log', () => {
  it('gives a hundred messages, or as many as were asked for, up to a thousand', async () => {
    await scene.get('/sessions/a/memory', { body: { messages: messages(1000) } })
    const log = (query: string) => scene.get(`/sessions/a/messages${query}`)
    expect((await log('')).messages).toHaveLength(100)
    expect((await log('?limit=1000')).messages).toHaveLength(1000)
    expect((await log('?limit=1000')).next).toBeNull()
    for (const query of ['limit=1001', 'limit=0', 'limit=x', 'after=x'])
      expect((await scene.ask(`/sessions/a/messages?${query}`)).status, query).toBe(400)
  })

  it('gives of a message its id and time unasked, and its speaker where it has one', async () => {
    await say('a', 'hi')
    await scene.get('/sessions/a/memory', { body: { messages: [{ role: 'AI', content: 'ho' }] } })
    expect((await scene.get('/sessions/a/messages')).messages).toEqual([
      { id: expect.any(String), role: 'Human', content: 'hi', name: 'Ann', created_at: expect.any(String) },
      { id: expect.any(String), role: 'AI', content: 'ho', created_at: expect.any(String) },
    ])
  })
})

it('an unknown session is an empty one, whatever is asked of it', async () => {
  const get = (what: string) => scene.get(`/sessions/unknown/${what}`)
  const empty = { messages: [], context: null, tokens: 0 }
  expect(await get('memory')).toEqual({ ...empty, data: empty })
  expect(await get('messages')).toEqual({ messages: [], next: null })
  expect(await get('audit')).toEqual({ messages: 0, summarised: 0, window: 0, lost: 0 })
  expect(await get('summaries')).toEqual({ summaries: [] })
  expect(await scene.get('/sessions/unknown/memory', { method: 'DELETE' })).toEqual({ status: 'Ok' })
})

it('every summary tells where it came from and what it covers, the newest first', async () => {
  await scene.get('/sessions/a/memory', { body: { messages: messages(40), context: 'set by the client' } })
  await scene.settle()
  const { summaries } = await scene.get('/sessions/a/summaries')
  const { messages: log } = await scene.get('/sessions/a/messages')
  expect(summaries.at(-1)).toEqual({
    id: expect.any(String),
    through_id: null,
    base_id: null,
    context: 'set by the client',
    tokens: expect.any(Number),
    folded: 0,
    source: 'client',
    model: null,
    created_at: expect.any(String),
  })
  expect(summaries[0]).toMatchObject({ source: 'llm', model: 'numbers', base_id: summaries[1].id })
  expect(log.map(({ id }: { id: string }) => id)).toContain(summaries[0].through_id)
})

it.each([
  ['storage-damaged', 503],
  ['storage-busy', 503],
  ['storage-full', 507],
] as const)('a read that fails (%s) looks like no empty conversation', async (code, status) => {
  const failing = async () => {
    throw new MemoryError(code, 'no')
  }
  const broken = openScene({
    store: { ...createSqliteStore(':memory:'), readMemory: failing, readLog: failing, saveMessages: failing },
  })
  for (const what of ['memory', 'messages']) {
    const answer = await broken.ask(`/sessions/a/${what}`)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toEqual({
      error: expect.any(String),
      message: expect.any(String),
      messages: null,
    })
  }
  expect((await broken.ask('/sessions/a/memory', { body: { messages: messages(1) } })).status).toBe(status)
  await broken.close()
})
