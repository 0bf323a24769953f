import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test as base } from '../fixtures.ts'
import { installClients, runClient } from './install.ts'
import { blocksOf, runModule } from './readme.ts'

/** Programs that were written for Motörhead, unmodified, against the server that `npm start` starts. */

const KEY = 'team-key-0123456789abcdef'
const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

type Chain = { replies: string[]; prompts: string[]; context: string | null }
type Loaded = { context: string | null; text: string; messages: [string, string][] }
type Memory = { messages: { role: string; content: string }[]; context: string | null }
type Sdk = { added: unknown; read: Memory; deleted: unknown; after: Memory }

const test = base.extend<object, { installed: null }>({
  installed: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      await installClients()
      await use(null)
    },
    { scope: 'worker', timeout: 300_000, auto: true },
  ],
})

// One worker: the clients are installed once.
test.describe.configure({ mode: 'serial' })
// Each client is a process of its own, with all of LangChain to load.
test.beforeEach(() => test.slow())

const newId = (name: string) => `${name}-${crypto.randomUUID()}`
const json = async (response: Response) => (await response.json()) as Record<string, unknown>

test.describe('LangChain JS', () => {
  test('a chain remembers over its turns, and a new instance goes on', async ({ server }) => {
    const id = newId('chain')
    const first = (await runClient(
      'chain.mjs',
      server.url,
      id,
      'hi im bob',
      'whats my name?',
      'whats for dinner?',
    )) as Chain
    expect(first.replies).toEqual(['That is noted.', 'Your name is bob.', 'That is noted.'])
    expect(first.prompts[1]).toContain('Human: hi im bob\nAI: That is noted.\nHuman: whats my name?')
    const second = (await runClient('chain.mjs', server.url, id, 'whats my name?')) as Chain
    expect(second.replies).toEqual(['Your name is bob.'])
    expect(second.prompts[0]).toContain('Human: hi im bob\nAI: That is noted.\nHuman: whats my name?')
    expect(second.prompts[0]).toContain('Human: whats for dinner?')
  })

  test('loads what was saved as text and as messages', async ({ server }) => {
    const id = newId('load')
    await runClient('chain.mjs', server.url, id, 'hi im bob')
    expect(await runClient('load.mjs', server.url, id)).toEqual({
      context: null,
      text: 'Human: hi im bob\nAI: That is noted.',
      messages: [
        ['human', 'hi im bob'],
        ['ai', 'That is noted.'],
      ],
    } satisfies Loaded)
  })

  test('gets the context of a long conversation, of which nothing is lost', async ({ server }) => {
    const id = newId('long')
    const sentences = Array.from({ length: 20 }, (_, n) => (n === 0 ? 'hi im bob' : `sentence ${n}`))
    await runClient('chain.mjs', server.url, id, ...sentences)
    await expect(async () => {
      const { context, messages } = (await runClient('load.mjs', server.url, id)) as Loaded
      expect(context).toMatch(/bob/iu)
      expect(messages.length).toBeLessThanOrEqual(12)
      expect(messages.at(-1)).toEqual(['ai', 'That is noted.'])
    }).toPass({ timeout: 90_000 })
    const audit = await json(await fetch(`${server.url}/sessions/${id}/audit`))
    expect(audit).toMatchObject({ messages: 40, lost: 0 })
  })

  test('with a key in the address sees its own sessions and no others', async ({ startServer }) => {
    const server = await startServer({ MOTORHEAD_KEYS: `team:${KEY},other:other-key-0123456789` })
    const id = newId('keyed')
    const mine = `${server.url}/k/${KEY}`
    await runClient('chain.mjs', mine, id, 'hi im bob')
    expect(((await runClient('load.mjs', mine, id)) as Loaded).messages).toHaveLength(2)
    const other = (await runClient('load.mjs', `${server.url}/k/other-key-0123456789`, id)) as Loaded
    expect(other).toEqual({ context: null, text: '', messages: [] })
    // A refusal must not look like an empty conversation: the client itself stops at it.
    await expect(runClient('load.mjs', `${server.url}/k/wrong-key-0123456789`, id)).rejects.toThrow()
    await expect(runClient('load.mjs', server.url, id)).rejects.toThrow()
    expect(server.output()).not.toContain(KEY)
    expect(server.output()).not.toContain('wrong-key')
  })
})

test.describe("Metal's SDK", () => {
  const saved = {
    messages: [
      { role: 'AI', content: 'Ozzy!' },
      { role: 'Human', content: 'Who is the best vocalist of all time?' },
    ],
    context: expect.stringContaining('arepas'),
  }

  test('saves, reads and deletes without a key, whose headers then say "undefined"', async ({ server }) => {
    const { read, after } = (await runClient('sdk.mjs', server.url, newId('sdk'))) as Sdk
    expect(read).toMatchObject(saved)
    expect(after.messages).toEqual([])
  })

  test('works at the address and with the headers of the managed service', async ({ startServer }) => {
    const server = await startServer({ MOTORHEAD_KEYS: `team:${KEY}` })
    const managed = `${server.url}/v1/motorhead`
    const { added, read, after } = (await runClient('sdk.mjs', managed, newId('sdk'), KEY)) as Sdk
    expect(added).toMatchObject(saved)
    expect(read).toMatchObject(saved)
    expect(after.messages).toEqual([])
    await expect(runClient('sdk.mjs', managed, newId('sdk'), 'wrong-key-0123456789')).rejects.toThrow(/key/iu)
  })
})

test.describe('n8n and Flowise', () => {
  const body = (...contents: string[]) => ({
    method: 'POST',
    body: JSON.stringify({ messages: contents.map((content) => ({ role: 'Human', content })) }),
    headers: { 'Content-Type': 'application/json' },
  })

  test("n8n tries its credentials, and talks under the host's /motorhead", async ({ startServer }) => {
    const server = await startServer({ MOTORHEAD_KEYS: `team:${KEY}` })
    const headers = { 'x-metal-api-key': KEY, 'x-metal-client-id': 'ci_123' }
    expect((await fetch(`${server.url}/keys/current`, { headers })).status).toBe(200)
    const wrong = { ...headers, 'x-metal-api-key': 'wrong-key-0123456789' }
    expect((await fetch(`${server.url}/keys/current`, { headers: wrong })).status).toBe(401)
    // Its host is free, so the key goes into it: the memory itself sends no header to a host that is not the managed one.
    const id = newId('n8n')
    const url = `${server.url}/k/${KEY}/motorhead`
    const first = (await runClient('chain.mjs', url, id, 'hi im bob')) as Chain
    expect(first.replies).toEqual(['That is noted.'])
    expect(((await runClient('load.mjs', url, id)) as Loaded).messages).toHaveLength(2)
    expect((await fetch(`${server.url}/k/${KEY}/keys/current`)).status).toBe(200)
  })

  test('Flowise finds the messages under data alone', async ({ server }) => {
    const url = `${server.url}/sessions/${newId('flowise')}/memory`
    expect((await fetch(url, body('one', 'two'))).status).toBe(200)
    const answer = (await json(await fetch(url, { headers: { 'Content-Type': 'application/json' } }))) as {
      data: Memory
    }
    expect(answer.data.messages.map(({ content }) => content)).toEqual(['two', 'one'])
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(200)
    expect(((await json(await fetch(url))) as { data: Memory }).data.messages).toEqual([])
  })
})

test('the description of the API is OpenAPI 3.1', async ({ server }) => {
  expect(await runClient('openapi.mjs', `${server.url}/openapi.json`)).toEqual({
    version: '3.1',
    valid: true,
    errors: [],
  })
})

test('the lines of the README for JavaScript work as they are written', async ({ server }) => {
  const [block = ''] = blocksOf(README, 'js')
  const id = newId('readme')
  const program = block.replace('http://localhost:3000', server.url).replace('testing-1', id)
  await runModule(`${program}\nawait memory.saveContext({ input: 'hi im bob' }, { output: 'Hello Bob!' })`)
  expect(((await runClient('load.mjs', server.url, id)) as Loaded).text).toBe(
    'Human: hi im bob\nAI: Hello Bob!',
  )
})
