import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCompaction } from './compaction.ts'
import { createJobWorker } from './jobs.ts'
import { createMemory, type Summarize } from './memory.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { Job, SessionRef, Store } from './store/store.ts'

const ref: SessionRef = { namespace: 'n', sessionId: 's' }
let store: Store
let clock: number

beforeEach(() => {
  clock = 1000
  store = createSqliteStore(':memory:')
})
afterEach(() => store.close())

type Saying = { text?: string; to?: SessionRef; parentId?: string; dueAt?: number }
const say = (ids: string[], { text = '', to = ref, parentId, dueAt = 0 }: Saying = {}) =>
  store.appendMessages(
    to,
    ids.map((id, n) => ({ id, role: 'user', content: `${id} ${text}`, createdAt: n })),
    { ...(parentId && { parentId }), jobs: [{ kind: 'compaction', dueAt }] },
  )

/** The job, also when the one that had it has not given it back. */
const claim = async (): Promise<Job> => {
  clock += 5000
  const job = await store.claimJob({ now: clock, leaseMs: 1000, lease: crypto.randomUUID() })
  if (!job) throw new Error('There is no job to claim.')
  return job
}

const compact = (job: Job, summarizer: () => Summarize | null, over: Partial<Store> = {}) =>
  createCompaction({
    store: { ...store, ...over },
    maxWindowSize: 4,
    summarizer: async () => summarizer(),
    now: () => clock,
  })(job, new AbortController().signal)

/** A summary of the ids that it was made from. */
const listIds: Summarize = async ({ context, messages }) => ({
  context: [context, ...messages.map(({ id }) => id)].filter(Boolean).join(' '),
  model: 'm',
})

const failing: Summarize = async () => {
  throw new Error('no')
}

const EIGHT = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8']

/** So long that a model is given each alone. */
const LONG = '言'.repeat(3500)

/** A model that may be asked for so many parts, and how many it was asked for. */
function limited(parts: number) {
  const asked = { parts: 0 }
  const summarize: Summarize = async (input) => {
    asked.parts++
    return listIds(input)
  }
  return { asked, summarizer: () => (asked.parts < parts ? summarize : null) }
}

describe('the tokens of the day, when they are used up in the middle of a long history', () => {
  it('are not overdrawn: what is left of it is folded without a model', async () => {
    await say(EIGHT, { text: LONG })
    const { asked, summarizer } = limited(2)
    expect(await compact(await claim(), summarizer)).toBe('done')
    expect(asked.parts).toBe(2)
    const sources = (await store.listSummaries(ref)).map(({ source }) => source)
    expect(sources).toEqual(['extractive', 'extractive', 'llm', 'llm'])
    expect(await store.audit(ref)).toMatchObject({ summarised: 4, window: 4, lost: 0, doubled: 0 })
  })

  it('are not overdrawn by a summary that is made anew in many parts, either', async () => {
    await say(EIGHT, { text: LONG })
    expect(await compact(await claim(), () => null)).toBe('done')
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: 0, rebuild: true })
    const { asked, summarizer } = limited(2)
    expect(await compact(await claim(), summarizer)).toBe('done')
    expect(asked.parts).toBe(2)
    const { summary } = await store.getWindow(ref)
    expect(summary).toMatchObject({ source: 'extractive', model: null, baseId: null, throughId: 'm4' })
  })
})

describe('a summary of a model that is to be made anew', () => {
  async function rebuild(summarizer: () => Summarize | null) {
    await say(EIGHT, { text: LONG })
    await compact(await claim(), () => listIds)
    await say(['m9'], { text: LONG })
    await compact(await claim(), () => null)
    const { summary: old } = await store.getWindow(ref)
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: 0, rebuild: true })
    const outcome = await compact(await claim(), summarizer)
    return { old, outcome, now: (await store.getWindow(ref)).summary }
  }

  it('stays while no model may be asked, also where the newest messages were folded without one', async () => {
    const { old, outcome, now } = await rebuild(() => null)
    expect(old?.source).toBe('extractive')
    expect([outcome, now]).toEqual(['done', old])
  })

  it('stays when no model may be asked any more in the middle of it', async () => {
    const { asked, summarizer } = limited(2)
    const { old, outcome, now } = await rebuild(summarizer)
    expect(asked.parts).toBe(2)
    expect([outcome, now]).toEqual(['done', old])
  })

  it('is made anew by a model', async () => {
    const { old, outcome, now } = await rebuild(() => listIds)
    expect(outcome).toBe('done')
    expect(now).toMatchObject({ source: 'llm', baseId: null, throughId: old?.throughId })
  })
})

describe('a long history', () => {
  it('gives way to the work of other sessions after some folds, and goes on after it', async () => {
    const long = ['a', 'b', 'c', 'd'].map((sessionId) => ({ namespace: 'n', sessionId }))
    const all = [...long, { namespace: 'n', sessionId: 'short' }]
    const folded: string[] = []
    const { compact } = createMemory({
      store,
      settings: { maxWindowSize: 4, longTermMemory: false },
      summarizer: async ({ sessionId }) => {
        return async (input) => {
          folded.push(sessionId)
          return listIds(input)
        }
      },
      now: () => clock,
    })
    const done = async () => 'done' as const
    const worker = createJobWorker({
      store,
      now: () => clock,
      handlers: { compaction: compact, title: done, upload: done, embedding: done },
      onError: (error) => expect.unreachable(String(error)),
    })
    for (const each of all) {
      const count = each.sessionId === 'short' ? 5 : 30
      const ids = Array.from({ length: count }, (_, n) => `${each.sessionId}${n}`)
      await say(ids, { text: LONG, to: each, dueAt: count === 5 ? 1 : 0 })
    }
    await worker.wake()
    expect(folded.filter((id) => id !== 'short')).toHaveLength(4 * 26)
    expect(folded.indexOf('short')).toBeLessThan(4 * 12)
    for (const each of all) expect(await store.audit(each)).toMatchObject({ window: 4, lost: 0, doubled: 0 })
    expect(await store.nextJobAt()).toBeNull()
    await worker.close()
  })
})

describe('another version that is chosen meanwhile', () => {
  it('does not get into the summary that a model makes in place of a stand-in', async () => {
    await say(['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
    const job = await claim()
    await expect(compact({ ...job, attempts: 2 }, () => failing)).rejects.toThrow('stands in')
    expect((await store.getWindow(ref)).summary).toMatchObject({ source: 'fallback', throughId: 'm4' })

    await say(['other2', 'other3', 'other4', 'other5'], { parentId: 'm1' })
    await store.selectVersion(ref, 'm6')
    const listPath: Store['listPath'] = async (...asked) => {
      await store.selectVersion(ref, 'other5')
      return store.listPath(...asked)
    }
    expect(await compact(job, () => listIds, { listPath })).toBe('stale')
    await store.selectVersion(ref, 'm6')
    expect((await store.getWindow(ref)).summary?.source).toBe('fallback')
    expect(await compact(job, () => listIds)).toBe('done')
    expect((await store.getWindow(ref)).summary).toMatchObject({ source: 'llm', context: 'm1 m2 m3 m4' })
  })
})
