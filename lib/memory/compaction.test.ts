import { describe, expect, it, vi } from 'vitest'
import { planCompaction } from './compaction.ts'
import { createJobWorker, retryPauseMs } from './jobs.ts'
import { createMemory, type Summarize } from './memory.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { JobKind, Message, SessionRef } from './store/store.ts'

const message = (n: number, change: Partial<Message> = {}): Message => ({
  id: `m${n}`,
  parentId: n > 1 ? `m${n - 1}` : null,
  position: n,
  role: 'user',
  content: `text ${n}`,
  status: 'complete',
  error: null,
  name: null,
  receipt: null,
  createdAt: n,
  ...change,
})
const window = (count: number, change: (n: number) => Partial<Message> = () => ({})) => ({
  messages: Array.from({ length: count }, (_, index) => message(index + 1, change(index + 1))),
  summary: null,
})

describe('what is folded', () => {
  it('is nothing up to the window size, then all but its newest half', () => {
    expect(planCompaction(window(12), 12)).toBeNull()
    expect(planCompaction(window(13), 12)?.fold.map(({ id }) => id)).toEqual([
      'm1',
      'm2',
      'm3',
      'm4',
      'm5',
      'm6',
      'm7',
    ])
    expect(planCompaction(window(13), 12)?.throughId).toBe('m7')
  })

  it('ends before a reply that is still being written', () => {
    const plan = planCompaction(
      window(13, (n) => (n === 4 ? { status: 'streaming' } : {})),
      12,
    )
    expect(plan?.throughId).toBe('m3')
    expect(
      planCompaction(
        window(13, (n) => (n === 1 ? { status: 'streaming' } : {})),
        12,
      ),
    ).toBeNull()
  })

  it('is as much as can be read at once, and an oversize first message all the same', () => {
    const plan = planCompaction(
      window(40, () => ({ content: 'word '.repeat(1000) })),
      12,
    )
    expect(plan?.fold.length).toBeGreaterThan(0)
    expect(plan?.fold.length).toBeLessThan(10)
    expect(
      planCompaction(
        window(13, (n) => (n === 1 ? { content: 'x'.repeat(900_000) } : {})),
        12,
      )?.throughId,
    ).toBe('m7')
  })
})

describe('a summariser that fails', () => {
  const ref: SessionRef = { namespace: 'n', sessionId: 's' }

  async function setUp(summarize: Summarize, pause = async () => {}) {
    const store = createSqliteStore(':memory:')
    const clock = { now: 1000 }
    const memory = createMemory({
      store,
      settings: { maxWindowSize: 4, longTermMemory: true },
      summarizer: async () => summarize,
      pause,
      now: () => clock.now,
    })
    const worker = createJobWorker({
      store,
      now: () => clock.now,
      handlers: {
        compaction: memory.compact,
        title: async () => 'done',
        upload: async () => 'done',
        embedding: memory.embedMissing,
      },
      onError: () => {},
    })
    await store.appendMessages(
      ref,
      Array.from({ length: 6 }, (_, n) => ({
        id: `m${n}`,
        role: 'user',
        content: `my pet number ${n} is Rex${n}`,
        createdAt: n,
      })),
      { jobs: memory.jobsAfterAppend() },
    )
    /** Lets time go by until the job may be tried again. */
    const tryAgain = async () => {
      clock.now = Math.max(clock.now, (await store.nextJobAt()) ?? clock.now)
      await worker.wake()
    }
    return { store, clock, tryAgain, worker }
  }

  it('keeps everything, is asked again with a growing pause, then an extractive one stands in until it works', async () => {
    let works = false
    let asked = 0
    const { store, clock, tryAgain, worker } = await setUp(async () => {
      asked++
      if (!works) throw new Error('no')
      return { context: '- 2026-11-24 user: by the model.', model: 'm' }
    })
    await tryAgain()
    expect((await store.getWindow(ref)).messages).toHaveLength(6)
    const first = ((await store.nextJobAt()) ?? 0) - clock.now
    await tryAgain()
    const second = ((await store.nextJobAt()) ?? 0) - clock.now
    expect(second).toBeGreaterThan(first)
    await tryAgain()
    expect((await store.getWindow(ref)).summary).toMatchObject({ source: 'fallback', folded: 4 })
    expect((await store.getWindow(ref)).summary?.context).toContain('Rex0')

    works = true
    await tryAgain()
    const { summary, messages } = await store.getWindow(ref)
    expect(summary).toMatchObject({
      source: 'llm',
      baseId: null,
      folded: 4,
      context: '- 2026-11-24 user: by the model.',
    })
    expect(messages).toHaveLength(2)
    expect(await store.audit(ref)).toEqual({ messages: 6, summarised: 4, window: 2, lost: 0, doubled: 0 })
    expect(await store.nextJobAt()).toBeNull()
    expect(asked).toBe(4)
    await worker.close()
    await store.close()
  })

  it('is made up for from the oldest message on, in parts that a model can read', async () => {
    const seen: string[] = []
    let works = false
    const { store, tryAgain, worker } = await setUp(async ({ messages, context }) => {
      if (!works) throw new Error('no')
      seen.push(...messages.map(({ id }) => id))
      return { context: [context, ...messages.map(({ id }) => id)].filter(Boolean).join(' '), model: 'm' }
    })
    const long = Array.from({ length: 6 }, (_, n) => ({
      id: `long${n}`,
      role: 'user',
      content: 'word '.repeat(1100),
      createdAt: 9,
    }))
    for (let failures = 0; failures < 3; failures++) await tryAgain()
    await store.appendMessages(ref, long, { jobs: [{ kind: 'compaction', dueAt: 0 }] })
    for (let failures = 0; failures < 3; failures++) await tryAgain()
    works = true
    await tryAgain()
    expect(seen.length).toBeGreaterThan(6)
    expect(seen).toEqual(
      [...['m0', 'm1', 'm2', 'm3', 'm4', 'm5'], ...long.map(({ id }) => id)].slice(0, seen.length),
    )
    expect((await store.getWindow(ref)).summary?.context.split(' ')).toEqual(seen)
    await worker.close()
    await store.close()
  })

  it('goes on after a moment at which the store could not be asked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const store = createSqliteStore(':memory:')
    let full = true
    const done: string[] = []
    const work = async () => {
      done.push('compaction')
      return 'done' as const
    }
    const worker = createJobWorker({
      store: {
        ...store,
        claimJob: async (options) => {
          if (full) throw new Error('the disk is full')
          return store.claimJob(options)
        },
      },
      now: () => 1000,
      handlers: { compaction: work, title: work, upload: work, embedding: work },
      onError: () => {},
    })
    const message = { id: 'm', role: 'user', content: 'text', createdAt: 1 }
    await store.appendMessages(ref, [message], { jobs: [{ kind: 'compaction', dueAt: 0 }] })
    await worker.wake()
    full = false
    await vi.advanceTimersByTimeAsync(60_000)
    expect(done).toEqual(['compaction'])
    vi.useRealTimers()
    await worker.close()
    await store.close()
  })

  it('makes the summary anew from all that it covers when a person asks, and keeps the old one until then', async () => {
    const seen: string[][] = []
    let works = true
    const { store, clock, tryAgain, worker } = await setUp(async ({ context, messages }) => {
      seen.push(messages.map(({ id }) => id))
      if (!works) throw new Error('no')
      return { context: `${context ?? ''}\n- 2026-11-24 user: try ${seen.length}.`.trim(), model: 'm' }
    })
    await tryAgain()
    const jobs = [{ kind: 'compaction' as const, dueAt: 0 }]
    for (const n of [6, 7, 8])
      await store.appendMessages(ref, [{ id: `m${n}`, role: 'user', content: 'x', createdAt: n }], { jobs })
    await tryAgain()
    const { summary: old } = await store.getWindow(ref)
    expect(old).toMatchObject({ folded: 3, throughId: 'm6' })

    works = false
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: clock.now, rebuild: true })
    await tryAgain()
    expect((await store.getWindow(ref)).summary?.id).toBe(old?.id)
    works = true
    await tryAgain()
    expect(seen.at(-1)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6'])
    const { summary } = await store.getWindow(ref)
    expect(summary).toMatchObject({ baseId: null, folded: 7, throughId: 'm6', source: 'llm' })
    expect(summary?.context).toBe('- 2026-11-24 user: try 4.')
    expect(await store.audit(ref)).toEqual({ messages: 9, summarised: 7, window: 2, lost: 0, doubled: 0 })
    expect(await store.nextJobAt()).toBeNull()
    await worker.close()
    await store.close()
  })

  it('gives a rebuild up after three failures, makes nothing worse, and goes on folding', async () => {
    let works = true
    const { store, clock, tryAgain, worker } = await setUp(async () => {
      if (!works) throw new Error('no')
      return { context: '- 2026-11-24 user: good.', model: 'm' }
    })
    await tryAgain()
    works = false
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: clock.now, rebuild: true })
    for (let times = 0; times < 4; times++) await tryAgain()
    expect((await store.getWindow(ref)).summary).toMatchObject({ source: 'llm', folded: 4 })
    expect(await store.nextJobAt()).toBeNull()
    await worker.close()
    await store.close()
  })

  it('pauses longer each time, at most an hour', () => {
    const pauses = (kind: JobKind) => [0, 1, 2, 30].map((attempts) => retryPauseMs(attempts, kind))
    expect(pauses('compaction')).toEqual([5000, 10_000, 20_000, 3_600_000])
    expect(pauses('upload')).toEqual([5000, 10_000, 20_000, 60_000])
  })

  it('waits before each fold while there is more urgent work, and then folds what has come meanwhile, too', async () => {
    const urgent = Promise.withResolvers<void>()
    let folded = 0
    const summarize: Summarize = async ({ messages }) => {
      folded += messages.length
      return { context: '- 2026-11-24 user: by the model.', model: 'm' }
    }
    const waits = Promise.withResolvers<void>()
    const { store, worker } = await setUp(summarize, async () => {
      waits.resolve()
      await urgent.promise
    })
    const working = worker.wake()
    await Promise.race([waits.promise, working])
    await store.appendMessages(ref, [{ id: 'm6', role: 'user', content: 'one more', createdAt: 6 }])
    expect(folded).toBe(0)
    urgent.resolve()
    await working
    expect(folded).toBe(5)
    await worker.close()
    await store.close()
  })
})
