import { expect, it } from 'vitest'
import { createMemory } from './memory.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { SessionRef } from './store/store.ts'

const here: SessionRef = { namespace: 'bob', sessionId: 'here' }
const there: SessionRef = { namespace: 'bob', sessionId: 'there' }
const foreign: SessionRef = { namespace: 'eve', sessionId: 'there' }

async function open() {
  const store = createSqliteStore(':memory:')
  const memory = createMemory({
    store,
    settings: { maxWindowSize: 4, longTermMemory: true },
    summarizer: async () => null,
    now: () => 1,
  })
  const say = (ref: SessionRef, ...texts: string[]) =>
    store.appendMessages(
      ref,
      texts.map((content) => ({ id: content, role: 'user', content, createdAt: 1 })),
    )
  return { store, memory, say }
}

it('recalls from other sessions of the same person when that is switched on, and never of another one', async () => {
  const { memory, say } = await open()
  await say(there, 'my cat is Tom')
  await say(foreign, 'my cat is Zoe')
  await say(here, 'how is my cat?')
  expect((await memory.recall(here, 'how is my cat?')).retrieved).toEqual([])
  const { retrieved } = await memory.recall(here, 'how is my cat?', { acrossSessions: true })
  expect(retrieved).toMatchObject([{ sessionId: 'there', content: 'my cat is Tom', dist: 0 }])
})

it('gives the window alone when memory is switched off', async () => {
  const { store, memory, say } = await open()
  await say(there, 'my cat is Tom')
  await say(here, 'how is my cat?')
  await store.replaceContext(here, { id: 'C', context: 'cats', tokens: 1, source: 'person', createdAt: 1 })
  const recall = await memory.recall(here, 'how is my cat?', { memory: false, acrossSessions: true })
  expect(recall).toMatchObject({ summaryId: null, context: null, retrieved: [] })
  expect(recall.window.map((message) => message.content)).toEqual(['how is my cat?'])
  expect((await memory.recall(here, 'how is my cat?')).context).toBe('cats')
})

it('retrieves from a whole session or from namespaces, nearest first', async () => {
  const { memory, say } = await open()
  await say(there, 'my cat is Tom', 'black cat', 'hello', 'fine', 'bye')
  await say(here, 'a cat')
  const within = await memory.retrieve({ text: 'black cat?', limit: 9, within: { ref: there } })
  expect(within.map((hit) => hit.content)).toEqual(['black cat', 'my cat is Tom', 'hello', 'fine'])
  expect(within[0]?.dist).toBe(0)
  expect(within[1]?.dist).toBeGreaterThan(0)
  const pooled = await memory.retrieve({ text: 'cat', limit: 2, within: { namespaces: ['bob', 'eve'] } })
  expect(pooled).toHaveLength(2)
  expect(await memory.retrieve({ text: 'cat', limit: 9, within: { ref: foreign } })).toEqual([])
})

it('reads the newest messages only of a long window, and finds the others by their words', async () => {
  const { memory, say } = await open()
  const texts = Array.from({ length: 1200 }, (_, n) => `x${n}`)
  await say(here, 'my cat is Tom', ...texts, 'how is my cat?')
  const { window, retrieved } = await memory.recall(here, 'how is my cat?')
  expect(window).toHaveLength(1000)
  expect(window.at(-1)?.content).toBe('how is my cat?')
  expect(retrieved.map(({ content }) => content)).toContain('my cat is Tom')
})
