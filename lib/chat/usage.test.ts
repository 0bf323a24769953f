import { MockLanguageModelV4 } from 'ai/test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSummarizer } from '#lib/llm/summarize.ts'
import { createBackgroundBudget } from '#lib/memory/budget.ts'
import { extractFacts } from '#lib/memory/extractive.ts'
import { createMemory } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { type ChatService, createChat } from './chat.ts'

const DAY = 86_400_000
const STATUS = { provider: 'custom', label: 'mock', connected: true } as const
const ref = { namespace: 'bob', sessionId: 's' }

let store: Store
let chat: ChatService
let now: number
/** What the provider says of each call; `undefined`: nothing. */
let reported: { input: number | undefined; output: number | undefined }
let backgroundCalls: number

const finish = () => ({
  finishReason: { unified: 'stop' as const, raw: undefined },
  usage: {
    inputTokens: { total: reported.input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: reported.output, text: undefined, reasoning: undefined },
  },
})

function openChat(tokensPerDay: number, tokensPerPerson = tokensPerDay): ChatService {
  const model = new MockLanguageModelV4({
    modelId: 'mock',
    doStream: async () => ({
      stream: new ReadableStream({
        start(controller) {
          controller.enqueue({ type: 'text-start', id: '1' })
          controller.enqueue({ type: 'text-delta', id: '1', delta: 'I live in Rome.' })
          controller.enqueue({ type: 'text-end', id: '1' })
          controller.enqueue({ type: 'finish', ...finish() })
          controller.close()
        },
      }),
    }),
    doGenerate: async ({ prompt }) => {
      backgroundCalls++
      const isTitle = JSON.stringify(prompt).includes('Name the conversation')
      const text = isTitle ? 'A fine title' : 'NONE'
      return { content: [{ type: 'text', text }], warnings: [], ...finish() }
    },
  })
  const clock = () => now
  const { mayWork } = createBackgroundBudget({ store, tokensPerDay, tokensPerPerson, now: clock })
  const memory = createMemory({
    store,
    now: clock,
    settings: { maxWindowSize: 2, longTermMemory: true },
    summarizer: async ({ namespace }) =>
      (await mayWork(namespace)) ? createSummarizer({ model, extract: extractFacts }) : null,
  })
  return createChat({
    store,
    memory,
    models: { current: async () => ({ status: STATUS, chat: model, memory: model }) },
    now: clock,
    mayWork,
    maxActiveRuns: 4,
    owner: 'me',
    isOwnerAlive: () => true,
    onError: () => {},
  })
}

async function say(n: number, user = 'bob'): Promise<void> {
  const request = {
    kind: 'send',
    sessionId: 's',
    isNew: n === 1,
    after: null,
    text: `question ${n}`,
  } as const
  const { frames } = await chat.send(user, { ...request, id: `q${n}`, replyId: `a${n}` })
  for await (const _ of frames);
  await expect.poll(() => store.nextJobAt()).toBeNull()
}

beforeEach(() => {
  store = createSqliteStore(':memory:')
  now = 10 * DAY
  reported = { input: 100, output: 10 }
  backgroundCalls = 0
})
afterEach(async () => {
  await chat.close()
  await store.close()
})

describe('what models took', () => {
  it('is counted as the provider reports it, for replies, titles and summaries', async () => {
    chat = openChat(1_000_000)
    await say(1)
    await say(2)
    const call = { calls: 1, inputTokens: 100, outputTokens: 10 }
    const sums = [
      { kind: 'reply', calls: 2, inputTokens: 200, outputTokens: 20 },
      { kind: 'summary', ...call },
      { kind: 'title', ...call },
    ]
    await expect.poll(() => store.sessionUsage(ref)).toEqual(sums)
    expect(await store.dailyUsage(now)).toEqual(sums)
  })

  it('is estimated where the provider says nothing', async () => {
    reported = { input: undefined, output: undefined }
    chat = openChat(1_000_000)
    await say(1)
    await expect.poll(async () => (await store.sessionUsage(ref)).length).toBe(2)
    const [reply, title] = await store.sessionUsage(ref)
    expect(reply?.inputTokens).toBeGreaterThan(50)
    expect(reply?.outputTokens).toBe(4)
    expect(title?.inputTokens).toBeGreaterThan(50)
  })
})

describe('background work beyond its tokens of a day', () => {
  it('is done without a model, replies go on, and the next day it is as before', async () => {
    chat = openChat(0)
    await say(1)
    await say(2)
    expect(backgroundCalls).toBe(0)
    expect((await store.getSession(ref))?.titleSource).toBe('first-words')
    expect((await store.getWindow(ref)).summary?.source).toBe('extractive')
    await chat.close()

    chat = openChat(50)
    await say(3)
    expect((await store.getWindow(ref)).summary?.source).toBe('llm')
    expect(backgroundCalls).toBe(1)
    await say(4)
    expect((await store.getWindow(ref)).summary?.source).toBe('extractive')
    now += DAY
    await say(5)
    expect((await store.getWindow(ref)).summary?.source).toBe('llm')
    expect(backgroundCalls).toBe(2)
  })

  it('of one person is done without a model, and of another with one', async () => {
    chat = openChat(1_000_000, 150)
    for (const n of [1, 2, 3]) await say(n)
    expect((await store.getWindow(ref)).summary?.source).toBe('extractive')
    await say(1, 'eve')
    await say(2, 'eve')
    const eves = await store.getWindow({ ...ref, namespace: 'eve' })
    expect(eves.summary?.source).toBe('llm')
    now += DAY
    await say(4)
    expect((await store.getWindow(ref)).summary?.source).toBe('llm')
  })
})
