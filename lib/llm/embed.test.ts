import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startFakeEmbeddings } from '#e2e/fake-embeddings.ts'
import { createBackgroundBudget } from '#lib/memory/budget.ts'
import { createEmbedding } from '#lib/memory/embedding.ts'
import { createJobWorker } from '#lib/memory/jobs.ts'
import { createMemory } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import { createEmbed } from './embed.ts'

let server: Awaited<ReturnType<typeof startFakeEmbeddings>>
beforeEach(async () => {
  server = await startFakeEmbeddings()
})
afterEach(() => server.close())

const ref = { namespace: 'bob', sessionId: 's' }
/** What a question waits for is there, however busy the machine is. */
const PATIENT_MS = 10_000
const NO_SIGNAL = new AbortController().signal

function open({ mayWork = true } = {}) {
  const store = createSqliteStore(':memory:')
  const clock = { now: 1_000_000 }
  const now = () => clock.now
  const errors: unknown[] = []
  const embed = createEmbed({ gateway: false, openaiBaseUrl: server.baseUrl, embeddingModel: 'grams' })
  if (!embed) throw new Error('An embedding model is configured.')
  const onError = (error: unknown) => errors.push(error)
  const embedding = createEmbedding({
    store,
    embed,
    now,
    mayWork: async () => mayWork,
    onError,
    questionMs: PATIENT_MS,
    compareMs: PATIENT_MS,
  })
  const memory = createMemory({
    store,
    settings: { maxWindowSize: 4, longTermMemory: true },
    summarizer: async () => null,
    embedding,
    now,
  })
  const done = async () => 'done' as const
  const worker = createJobWorker({
    store,
    now,
    handlers: { compaction: memory.compact, title: done, upload: done, embedding: memory.embedMissing },
    onError,
  })
  const say = async (...texts: string[]) => {
    const messages = texts.map((content) => ({ id: content, role: 'user', content, createdAt: 1 }))
    await store.appendMessages(ref, messages, { jobs: memory.jobsAfterAppend() })
  }
  const find = async (text: string) =>
    (await memory.retrieve({ text, limit: 3, within: { ref } })).map(({ content }) => content)
  return { store, memory, worker, clock, errors, say, find }
}

describe('an embedding model', () => {
  it('answers a vector of length 1 for each text, whatever the order of the answer', async () => {
    const embed = createEmbed({ gateway: false, openaiBaseUrl: server.baseUrl, embeddingModel: 'grams' })
    const both = await embed?.run(['gardening', 'a violin'], NO_SIGNAL)
    const one = await embed?.run(['a violin'], NO_SIGNAL)
    expect(both?.vectors[1]).toEqual(one?.vectors[0])
    expect(Math.hypot(...(both?.vectors[0] ?? []))).toBeCloseTo(1)
    expect(both?.inputTokens).toBe(7)
  })

  it('is that of the provider, and none without a name', () => {
    expect(createEmbed({ gateway: false, openaiApiKey: 'k' })).toBeNull()
    expect(createEmbed({ gateway: false, embeddingModel: 'm' })).toBeNull()
    expect(createEmbed({ gateway: false, openaiApiKey: 'k', embeddingModel: 'm' })?.model).toBe('m')
    const azure = { apiKey: 'k', apiBase: 'https://x.openai.azure.com', deployment: 'chat' }
    expect(createEmbed({ gateway: false, azure, azureEmbedding: 'ada' })?.model).toBe('ada')
  })
})

describe('what messages mean', () => {
  it('is computed in the background, in batches, once, and counted', async () => {
    const { store, worker, say } = open()
    await say(...Array.from({ length: 70 }, (_, n) => `message ${n}`))
    expect(server.asked).toEqual([])
    await worker.wake()
    expect(server.asked.map((texts) => texts.length)).toEqual([64, 6])
    await say('one more')
    await worker.wake()
    expect(server.asked.slice(2).flat()).toEqual([expect.stringContaining('one more')])
    expect(await store.sessionUsage(ref)).toMatchObject([{ kind: 'embedding', calls: 3, inputTokens: 21 }])
    await worker.close()
  })

  it('finds what shares no word with the question, and leaves the best by words where it is', async () => {
    const { worker, say, find } = open()
    await say('the gardener came', 'a', 'b', 'c', 'd', 'e', 'my violin is red', 'f', 'g', 'h', 'i')
    await worker.wake()
    expect(await find('gardenias')).toContain('the gardener came')
    expect((await find('is the violin from gardenersville'))[0]).toBe('my violin is red')
    await worker.close()
  })

  it('is left out while the model fails; it is asked again later, and words still find', async () => {
    const { store, worker, clock, errors, say, find } = open()
    await say('my violin is red')
    server.fail(true)
    await worker.wake()
    expect(await find('violin')).toEqual(['my violin is red'])
    const asked = server.asked.length
    expect(await find('violin')).toEqual(['my violin is red'])
    expect(server.asked.length).toBe(asked)
    expect(errors).toHaveLength(2)
    server.fail(false)
    clock.now = (await store.nextJobAt()) ?? 0
    await worker.wake()
    expect(await store.listEmbedded({ ref }, 'grams')).toMatchObject([{ count: 1 }])
    await worker.close()
  })

  it('is counted, and what it takes counts against the budget of the day', async () => {
    const { store, worker, clock, say, find } = open()
    await say('my violin is red')
    await worker.wake()
    const usage = [{ kind: 'embedding', calls: 1, inputTokens: 7, outputTokens: 0 }]
    expect(await store.dailyUsage(clock.now)).toEqual(usage)
    expect(await store.sessionUsage(ref)).toEqual(usage)
    const now = () => clock.now
    const usedUp = (tokensPerDay: number, tokensPerPerson: number) =>
      createBackgroundBudget({ store, tokensPerDay, tokensPerPerson, now }).usedUp(ref.namespace)
    expect(await usedUp(8, 8)).toBeNull()
    expect(await usedUp(7, 8)).toBe('server')
    expect(await usedUp(8, 7)).toBe('person')
    await find('a fiddle')
    // The answer has not waited for it.
    await expect.poll(() => store.sessionUsage(ref)).toMatchObject([{ calls: 2, inputTokens: 14 }])
    await worker.close()
  })

  it('costs nothing when the budget of the day is spent', async () => {
    const { worker, say, find } = open({ mayWork: false })
    await say('my violin is red')
    await worker.wake()
    expect(await find('violin')).toEqual(['my violin is red'])
    expect(server.asked).toEqual([])
    await worker.close()
  })
})
