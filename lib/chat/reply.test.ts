import { MockLanguageModelV4 } from 'ai/test'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { extractFacts } from '#lib/memory/extractive.ts'
import { createMemory } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Run, Store } from '#lib/memory/store/store.ts'
import { INSTRUCTIONS } from './prompt.ts'
import { createReplyWriter } from './reply.ts'

const BOB = 'bob'
let store: Store
let asked: { instructions: string; turns: string[]; choice: string | null | undefined }[]

beforeEach(() => {
  store = createSqliteStore(':memory:')
  asked = []
})
afterEach(() => store.close())

/** What the model is given for the newest message of a session. */
async function promptFor(sessionId: string, text: string, temporary = false) {
  const ref = { namespace: BOB, sessionId }
  const id = crypto.randomUUID()
  const { run } = await store.beginTurn(ref, {
    create: { title: 'x', temporary },
    run: { id: crypto.randomUUID(), owner: 'me', mode: 'reply' },
    turn: { kind: 'send', id, replyId: crypto.randomUUID(), after: null, text },
    maxActiveRuns: 9,
    now: Date.now(),
  })
  await write(run)
  await store.finishRun(run, {
    status: 'complete',
    content: 'Noted.',
    error: null,
    receipt: null,
    jobs: [],
    at: Date.now(),
  })
  const last = asked.at(-1)
  if (!last) throw new Error('The model was not asked.')
  return last
}

async function write(run: Run, durable = Promise.resolve(), signal = new AbortController().signal) {
  let choice: string | null | undefined
  const model = new MockLanguageModelV4({
    doStream: async ({ prompt }) => {
      const [system, ...turns] = prompt
      asked.push({
        instructions: String(system?.content),
        turns: turns.map((turn) => JSON.stringify(turn.content)),
        choice,
      })
      return { stream: new ReadableStream({ start: (controller) => controller.close() }) } as never
    },
  })
  const status = { provider: 'custom', label: 'mock', connected: true } as const
  const memory = createMemory({
    store,
    now: Date.now,
    settings: { maxWindowSize: 12, longTermMemory: true },
    summarizer: async () => extractFacts,
  })
  const writeReply = createReplyWriter({
    store,
    memory,
    models: {
      async current(name) {
        choice = name
        return { status, chat: model, memory: model }
      },
    },
    onError: () => {},
  })
  return writeReply(run, () => {}, signal, durable)
}

const turn = (text: string) => JSON.stringify([{ type: 'text', text }])

it('gives what was said in other sessions, unless the person has switched that off', async () => {
  await promptFor('s1', 'my dog is called Rex')
  expect((await promptFor('s2', 'what is my dog called?')).turns.join()).toContain('Rex')
  await store.setSettings(BOB, { acrossSessions: false })
  expect((await promptFor('s3', 'what is my dog called?')).turns).toEqual([turn('what is my dog called?')])
})

it('gives the plain turns with memory off', async () => {
  await promptFor('s1', 'my dog is called Rex')
  await store.setSettings(BOB, { memory: false })
  expect(await promptFor('s2', 'what is my dog called?')).toMatchObject({
    instructions: INSTRUCTIONS,
    turns: [turn('what is my dog called?')],
  })
})

it('gives a temporary chat nothing from others, and others nothing from it', async () => {
  await promptFor('s1', 'my dog is called Rex')
  expect((await promptFor('s2', 'what is my dog called? mine or Bello?', true)).turns).toEqual([
    turn('what is my dog called? mine or Bello?'),
  ])
  expect((await promptFor('s3', 'is my dog called Rex?')).turns.join()).not.toContain('Bello')
})

it('puts the person’s own wishes behind the instructions, and asks the model that they chose', async () => {
  expect(await promptFor('s1', 'hi')).toMatchObject({ instructions: INSTRUCTIONS, choice: null })
  await store.setSettings(BOB, { customInstructions: ' Answer in rhymes. ', model: 'small' })
  const { instructions, choice } = await promptFor('s1', 'hi again')
  expect(instructions.startsWith(INSTRUCTIONS)).toBe(true)
  expect(instructions).toMatch(/in their own words:\nAnswer in rhymes\.$/)
  expect(choice).toBe('small')
})

const begin = (sessionId: string) =>
  store.beginTurn(
    { namespace: BOB, sessionId },
    {
      create: { title: 'x' },
      run: { id: sessionId, owner: 'me', mode: 'reply' },
      turn: { kind: 'send', id: 'q', replyId: 'a', after: null, text: 'hi' },
      maxActiveRuns: 9,
      now: Date.now(),
    },
  )

it('asks the model once the question is durable, and not at all when the disk did not take it', async () => {
  const disk = Promise.withResolvers<void>()
  const writing = write((await begin('s1')).run, disk.promise)
  await new Promise(setImmediate)
  expect(asked).toEqual([])
  disk.resolve()
  await writing
  expect(asked).toHaveLength(1)
  const failed = Promise.reject(new Error('no disk'))
  failed.catch(() => {})
  await expect(write((await begin('s2')).run, failed)).rejects.toThrow('no disk')
  expect(asked).toHaveLength(1)
})

it('asks nobody when it is stopped while memory is asked or the disk is at work', async () => {
  const stopping = new AbortController()
  const disk = Promise.withResolvers<void>()
  const writing = write((await begin('s1')).run, disk.promise, stopping.signal)
  stopping.abort('stop')
  disk.resolve()
  expect(await writing).toMatchObject({ status: 'stopped', content: '' })
  expect(asked).toEqual([])
})
