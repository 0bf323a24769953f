import { newId } from '../ids.ts'
import { createJobWorker } from '../jobs.ts'
import { createMemory, type Summarize } from '../memory.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'
import type { WireAccess } from './auth.ts'
import type { WireAnswer } from './call.ts'
import { createWire, type Wire } from './handler.ts'
import { createRetries } from './retries.ts'

export type Asked = {
  method?: string
  /** Text and bytes as they are, anything else as JSON. */
  body?: unknown
  headers?: Record<string, string | undefined>
  fromThisMachine?: boolean
  /** The connection breaks: at once, when the answer is there, or because the process dies before it sends it. */
  lost?: 'before' | 'after' | 'with the process' | undefined
}

type SceneOptions = {
  store?: Store
  maxWindowSize?: number
  longTermMemory?: boolean
  access?: Partial<WireAccess>
  summarize?: Summarize
}

/** "message 7" is summarised as 7. */
const summaryOfNumbers: Summarize = async ({ context, messages }) => {
  const numbers = messages.map(({ content }) => /\d+/.exec(content)?.[0])
  const before = context?.replace('summary of ', '')
  return { context: `summary of ${[before, ...numbers].filter(Boolean).join(',')}`, model: 'numbers' }
}

/** A memory server without a network: the handler, its engine and its background work over a database in memory. */
export function openScene(options: SceneOptions = {}) {
  const { maxWindowSize = 12, longTermMemory = true, summarize = summaryOfNumbers } = options
  const store = options.store ?? createSqliteStore(':memory:')
  let clock = Date.parse('2026-11-24T12:00:00Z')
  const now = () => clock
  const errors: unknown[] = []
  const memory = createMemory({
    store,
    now,
    settings: { maxWindowSize, longTermMemory },
    summarizer: async () => summarize,
  })
  const worker = createJobWorker({
    store,
    now,
    handlers: {
      compaction: memory.compact,
      title: async () => 'done',
      upload: async () => 'done',
      embedding: memory.embedMissing,
    },
    onError: () => {},
  })
  const onError = (error: unknown) => void errors.push(error)
  const retries = createRetries({ markAnswered: store.markAnswered, now, onError })
  const wire: Wire = createWire({
    store,
    retries,
    retrieve: memory.retrieve,
    longTermMemory,
    maxWindowSize,
    access: { keys: [], open: false, trustsThisMachine: true, findKey: async () => null, ...options.access },
    titleOf: (text) => text.slice(0, 20),
    newId: () => newId(now()),
    now,
    onCompaction: () => {},
    onForgotten: () => {},
    onError,
  })

  async function ask(url: string, asked: Asked = {}): Promise<WireAnswer> {
    const { method = asked.body === undefined ? 'GET' : 'POST', body, lost, fromThisMachine = true } = asked
    clock += 1000
    const headers: Record<string, string | undefined> = {
      host: 'localhost:3000',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...asked.headers,
    }
    const listeners: ((arrives: boolean) => void)[] = []
    const answering = wire({
      method,
      url,
      header: (name) => headers[name],
      body: async () => bytesOf(body),
      fromThisMachine,
      onDelivery: (listener) => (lost === 'before' ? listener(false) : listeners.push(listener)),
    })
    const answer = await answering
    if (lost !== 'with the process') for (const tell of listeners) tell(lost === undefined)
    return answer
  }

  return {
    ask,
    wire,
    store,
    errors,
    /** The answer as JSON, of a request that must succeed. */
    async get(url: string, asked: Asked = {}) {
      const { status, body } = await ask(url, asked)
      if (status !== 200) throw new Error(`${url} answered ${status}: ${body}`)
      return JSON.parse(body)
    },
    /** The background work that the last request has asked for. */
    work(): Promise<void> {
      clock += 1000
      return worker.wake()
    },
    /** All background work that is due or will be. */
    async settle(): Promise<void> {
      for (let round = 0; round < 20 && (await store.nextJobAt()) !== null; round++) {
        clock += 10_000
        await worker.wake()
      }
    },
    wait(ms: number): void {
      clock += ms
    },
    /** As a server that ends in peace. */
    async stop(): Promise<void> {
      await worker.close()
      await retries.close()
    },
    async close(): Promise<void> {
      await this.stop()
      await store.close()
    },
  }
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? ''))
}

export const messages = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => ({
    role: (from + index) % 2 ? 'Human' : 'AI',
    content: `message ${from + index}`,
  }))
