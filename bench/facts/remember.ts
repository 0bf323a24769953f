import { extractFacts } from '#lib/memory/extractive.ts'
import { createJobWorker } from '#lib/memory/jobs.ts'
import { createMemory, type Memory, type Summarize } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { SessionRef, Store } from '#lib/memory/store/store.ts'
import type { Told } from './story.ts'

const ref: SessionRef = { namespace: 'bench', sessionId: 'story' }
const WINDOW = 12

/** The real engine on the real store, told a story. */
export type Listener = {
  memory: Memory
  store: Store
  /** Takes the messages in, `atOnce` in one append, and lets the background work be done after each. */
  listen(messages: readonly Told[], atOnce: number): Promise<void>
  context(): Promise<string>
  /** How many messages the summaries cover. */
  covered(): Promise<number>
  /** Whether one of the ten messages that retrieval finds for a question holds all values. */
  finds(question: string, values: readonly string[]): Promise<boolean>
  close(): Promise<void>
}

/** `model`: who summarises; absent: nobody, and summaries are extracts. */
export function createListener(model?: Summarize): Listener {
  const store = createSqliteStore(':memory:')
  let now = 0
  const memory = createMemory({
    store,
    now: () => now,
    settings: { maxWindowSize: WINDOW, longTermMemory: true },
    summarizer: async () => model ?? extractFacts,
  })
  const worker = createJobWorker({
    store,
    now: () => now,
    handlers: {
      compaction: memory.compact,
      title: async () => 'done',
      upload: async () => 'done',
      embedding: memory.embedMissing,
    },
    onError: (error) => console.error(error),
  })
  let told = 0

  return {
    memory,
    store,

    async listen(messages, atOnce) {
      for (let from = 0; from < messages.length; from += atOnce) {
        const batch = messages.slice(from, from + atOnce).map((message) => ({ id: `m${told++}`, ...message }))
        now = batch.at(-1)?.createdAt ?? now
        await store.appendMessages(ref, batch, { jobs: memory.jobsAfterAppend() })
        await worker.wake()
      }
    },

    context: async () => (await store.getWindow(ref)).summary?.context ?? '',
    covered: async () => (await store.audit(ref)).summarised,

    async finds(question, values) {
      const found = await memory.retrieve({ text: question, limit: 10, within: { ref } })
      const text = found.map(({ content }) => content).join('\n')
      return values.every((value) => text.includes(value))
    },

    async close() {
      await worker.close()
      await store.close()
    },
  }
}
