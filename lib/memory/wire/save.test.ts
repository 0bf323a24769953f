import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messages, openScene } from './wire.fake.ts'

const MEMORY = '/sessions/s/memory'
let scene: ReturnType<typeof openScene>
beforeEach(() => {
  scene = openScene()
})
afterEach(() => scene.close())
const contents = async () =>
  (await scene.get('/sessions/s/messages')).messages.map(({ content }: { content: string }) => content)

describe('a save', () => {
  it('keeps who spoke and when, and gives no more of a message than was asked for', async () => {
    const body = {
      messages: [{ role: 'Human', content: 'hi', name: 'Ann', created_at: '2023-05-08T13:56:00', more: 1 }],
      unknown: true,
    }
    await scene.get(MEMORY, { body })
    const plain = await scene.get(MEMORY)
    expect(plain.messages).toEqual([{ role: 'Human', content: 'hi' }])
    const { messages: all } = await scene.get(`${MEMORY}?include=id,created_at,name`)
    expect(all).toEqual([
      {
        role: 'Human',
        content: 'hi',
        id: expect.any(String),
        name: 'Ann',
        created_at: '2023-05-08T13:56:00.000Z',
      },
    ])
  })

  it.each([
    ['2023-05-08', '2023-05-08T00:00:00.000Z'],
    ['2023-05-08T13:56', '2023-05-08T13:56:00.000Z'],
    ['2023-05-08 13:56:07.5', '2023-05-08T13:56:07.500Z'],
    ['2023-05-08T13:56:00Z', '2023-05-08T13:56:00.000Z'],
    ['2023-05-08T13:56:00+02:00', '2023-05-08T11:56:00.000Z'],
  ])('takes the time %s for %s', async (created_at, expected) => {
    await scene.get(MEMORY, { body: { messages: [{ role: 'a', content: 'b', created_at }] } })
    expect((await scene.get('/sessions/s/messages')).messages[0].created_at).toBe(expected)
  })

  it.each([
    ['yesterday', 400],
    ['2023-13-45', 400],
    [5, 400],
  ])('refuses the time %j', async (created_at, status) => {
    const body = { messages: [{ role: 'a', content: 'b', created_at }] }
    expect((await scene.ask(MEMORY, { body })).status).toBe(status)
  })

  it('takes a thousand messages and a megabyte each, and says 413 beyond', async () => {
    const status = async (body: unknown) => (await scene.ask(MEMORY, { body })).status
    expect(await status({ messages: messages(1000) })).toBe(200)
    expect(await status({ messages: messages(1001) })).toBe(413)
    const text = (bytes: number) => ({ messages: [{ role: 'a', content: 'ü'.repeat(bytes / 2) }] })
    expect(await status(text(1024 * 1024))).toBe(200)
    expect(await status(text(1024 * 1024 + 2))).toBe(413)
  })

  it('is answered as by the managed service under its address', async () => {
    const saved = await scene.get('/v1/motorhead/sessions/s/memory', { body: { messages: messages(1) } })
    expect(saved).toMatchObject({ messages: messages(1), data: { messages: messages(1), context: null } })
    expect(await scene.get('/v1/motorhead/sessions')).toEqual({ data: ['s'] })
    const found = await scene.get('/v1/motorhead/sessions/s/retrieval', { body: { text: 'message' } })
    expect(found.data).toHaveLength(1)
    expect(await scene.get('/motorhead/sessions')).toEqual(['s'])
  })
})

describe('a repeated save', () => {
  const body = { messages: messages(2) }

  it('under one Idempotency-Key is stored once, and refused with another body', async () => {
    const named = { headers: { 'idempotency-key': 'k1' } }
    const first = await scene.ask(MEMORY, { body, ...named })
    expect(await scene.ask(MEMORY, { body, ...named })).toEqual(first)
    expect((await scene.ask(MEMORY, { body: { messages: messages(1) }, ...named })).status).toBe(409)
    expect((await scene.ask(`${MEMORY}?namespace=x`, { body, ...named })).status).toBe(409)
    expect(await contents()).toHaveLength(2)
    await scene.get('/sessions/other/memory', { body, ...named })
    expect((await scene.get('/sessions/other/messages')).messages).toHaveLength(2)
  })

  it('twice at the same moment under one key is stored once', async () => {
    const named = { body, headers: { 'idempotency-key': 'k' } }
    await Promise.all(Array.from({ length: 20 }, () => scene.get(MEMORY, named)))
    expect(await contents()).toHaveLength(2)
  })

  it('is stored twice when the first answer arrived', async () => {
    await scene.get(MEMORY, { body })
    await scene.get(MEMORY, { body })
    expect(await contents()).toHaveLength(4)
  })

  it.each(['before', 'after'] as const)(
    'is stored once when the connection broke %s the answer',
    async (lost) => {
      await scene.ask(MEMORY, { body, lost })
      await scene.get(MEMORY, { body })
      expect(await contents()).toHaveLength(2)
      await scene.get(MEMORY, { body })
      expect(await contents()).toHaveLength(4)
    },
  )

  it('is stored once however often its answer is lost', async () => {
    for (let attempt = 0; attempt < 3; attempt++) await scene.ask(MEMORY, { body, lost: 'after' })
    await scene.get(MEMORY, { body })
    expect(await contents()).toHaveLength(2)
  })

  it('of another session, or with other words, is another save', async () => {
    await scene.ask(MEMORY, { body, lost: 'after' })
    await scene.get('/sessions/t/memory', { body })
    await scene.get(MEMORY, { body: { messages: messages(2, 3) } })
    expect(await contents()).toHaveLength(4)
    expect((await scene.get('/sessions/t/messages')).messages).toHaveLength(2)
  })
})

describe('the log', () => {
  it('gives every message, page by page, across compactions', async () => {
    await scene.get(MEMORY, { body: { messages: messages(250) } })
    await scene.settle()
    expect((await scene.get(MEMORY)).context).not.toBeNull()
    const seen: string[] = []
    let next: string | null = '0'
    for (let page = 0; next !== null; page++) {
      expect(page).toBeLessThan(4)
      const got: { messages: { content: string }[]; next: string | null } = await scene.get(
        `/sessions/s/messages?limit=100&after=${next}`,
      )
      seen.push(...got.messages.map(({ content }) => content))
      next = got.next
    }
    expect(seen).toEqual(messages(250).map(({ content }) => content))
    expect(await scene.get('/sessions/s/audit')).toEqual({
      messages: 250,
      summarised: 244,
      window: 6,
      lost: 0,
    })
    const { summaries } = await scene.get('/sessions/s/summaries')
    expect(summaries[0]).toMatchObject({
      source: 'llm',
      through_id: expect.any(String),
      base_id: summaries[1]?.id ?? null,
    })
  })

  it('is acknowledged while the summariser hangs', async () => {
    const hung = openScene({ summarize: () => new Promise(() => {}) })
    await hung.get(MEMORY, { body: { messages: messages(40) } })
    void hung.work()
    const started = performance.now()
    for (let n = 0; n < 50; n++) await hung.get(MEMORY, { body: { messages: messages(2) } })
    expect(performance.now() - started).toBeLessThan(12_000)
    expect((await hung.get(MEMORY)).messages).toHaveLength(12)
    await hung.close()
  })
})
