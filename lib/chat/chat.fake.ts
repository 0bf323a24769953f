import { MockLanguageModelV4 } from 'ai/test'
import { afterEach, beforeEach, expect } from 'vitest'
import { extractFacts } from '#lib/memory/extractive.ts'
import { createMemory } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { type ChatService, createChat, type ReplyStream } from './chat.ts'
import type { ChatRequest } from './types.ts'

type Part = { type: string; [key: string]: unknown }
/** What the model says next; `gate` holds it back until it is opened. */
type Script = { words: string[]; gate?: Promise<void>; fail?: Error; hang?: boolean }

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}

export let store: Store
export let chat: ChatService
export let script: Script[]
export let prompts: string[]
/** What the host was asked to wait for. */
export let held: Promise<unknown>[]
export let aborted: number
const chats: ChatService[] = []

/** Another process on the same store, which nobody can tell dead from alive but by its name. */
export function openChat(owner = 'me', isOwnerAlive = (_: string) => true, over: Store = store): ChatService {
  const model = new MockLanguageModelV4({
    doStream: async ({ abortSignal, prompt }) => {
      prompts.push(JSON.stringify(prompt))
      const { words, gate, fail, hang } = script.shift() ?? { words: ['fine'] }
      if (fail && words.length === 0) throw fail
      abortSignal?.addEventListener('abort', () => aborted++)
      const stream = new ReadableStream<Part>({
        async start(controller) {
          controller.enqueue({ type: 'text-start', id: '1' })
          for (const delta of words) controller.enqueue({ type: 'text-delta', id: '1', delta })
          await gate
          if (hang) return
          if (fail) controller.enqueue({ type: 'error', error: fail })
          controller.enqueue({ type: 'text-end', id: '1' })
          controller.enqueue({ type: 'finish', usage: USAGE, finishReason: { unified: 'stop', raw: 'stop' } })
          controller.close()
        },
      })
      return { stream } as never
    },
    doGenerate: async () => {
      throw new Error('titles and summaries fail here')
    },
  })
  const models = {
    current: async () => ({ status: STATUS, chat: model, memory: model }),
  }
  const memory = createMemory({
    store: over,
    now: Date.now,
    settings: { maxWindowSize: 12, longTermMemory: true },
    summarizer: async () => extractFacts,
  })
  const opened = createChat({
    store: over,
    memory,
    models,
    now: Date.now,
    maxActiveRuns: 4,
    owner,
    isOwnerAlive,
    holdOpen: (work) => held.push(work),
    onError: () => {},
  })
  chats.push(opened)
  return opened
}
const STATUS = { provider: 'custom', label: 'mock', connected: true } as const

beforeEach(() => {
  store = createSqliteStore(':memory:')
  script = []
  prompts = []
  aborted = 0
  held = []
  chat = openChat()
})
afterEach(async () => {
  await Promise.all(chats.splice(0).map((each) => each.close()))
  await store.close()
})

export const send = (
  n: number,
  options: Partial<Extract<ChatRequest, { kind: 'send' }>> = {},
): ChatRequest => ({
  kind: 'send',
  sessionId: 's',
  isNew: n === 1,
  id: `q${n}`,
  replyId: `a${n}`,
  after: n === 1 ? null : `a${n - 1}`,
  text: `question ${n}`,
  ...options,
})

type Event = {
  id: number
  chunk: { type: string; delta?: string; errorText?: string; messageMetadata?: unknown }
}
export async function eventsOf(reply: ReplyStream | null): Promise<Event[]> {
  const sent = await new Response(reply?.frames ?? null).text()
  return [...sent.matchAll(/^id: (\d+)\ndata: (.*)\n\n/gm)].map(([, id, chunk = '']) => ({
    id: Number(id),
    chunk: JSON.parse(chunk),
  }))
}
export const textOf = (events: Event[]) => events.map(({ chunk }) => chunk.delta ?? '').join('')
export const endOf = (events: Event[]) => events.at(-1)?.chunk
export async function untilText(sessionId: string, text: string, from = chat): Promise<void> {
  await expect.poll(async () => (await from.view('bob', sessionId))?.messages.at(-1)?.text).toBe(text)
}

/** So many chunks of the reply in session `s` are in the store, for other processes. */
export async function untilLogged(chunks: number): Promise<void> {
  await expect
    .poll(async () => {
      const [run] = await store.activeRuns({ namespace: 'bob', sessionId: 's' })
      return run && (await store.readChunks(run.ref, run.id, 0))?.chunks.length
    })
    .toBe(chunks)
}
