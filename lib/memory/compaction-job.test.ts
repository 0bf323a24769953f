import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCompaction } from './compaction.ts'
import type { Summarize } from './memory.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { Job, SessionRef, Store } from './store/store.ts'

const ref: SessionRef = { namespace: 'n', sessionId: 's' }
let store: Store

beforeEach(() => {
  store = createSqliteStore(':memory:')
})
afterEach(() => store.close())

const say = (ids: string[], options: { text?: string; parentId?: string } = {}) =>
  store.appendMessages(
    ref,
    ids.map((id, n) => ({ id, role: 'user', content: `${id} ${options.text ?? ''}`, createdAt: n })),
    { ...(options.parentId && { parentId: options.parentId }), jobs: [{ kind: 'compaction', dueAt: 0 }] },
  )

const claim = async (): Promise<Job> => {
  const job = await store.claimJob({ now: 1000, leaseMs: 1000, lease: crypto.randomUUID() })
  if (!job) throw new Error('There is no job to claim.')
  return job
}

const compact = (job: Job, summarize: Summarize | null, over: Partial<Store> = {}) =>
  createCompaction({
    store: { ...store, ...over },
    maxWindowSize: 4,
    summarizer: async () => summarize,
    now: () => 1000,
  })(job, new AbortController().signal)

/** A summary of the ids that it was made from. */
const listIds: Summarize = async ({ context, messages }) => ({
  context: [context, ...messages.map(({ id }) => id)].filter(Boolean).join(' '),
  model: 'm',
})

describe('another version that is chosen meanwhile', () => {
  it('does not get into the summary that a model makes in place of a stand-in', async () => {
    await say(['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
    const failing: Summarize = async () => {
      throw new Error('no')
    }
    const job = await claim()
    await expect(compact({ ...job, attempts: 2 }, failing)).rejects.toThrow('stands in')
    expect((await store.getWindow(ref)).summary).toMatchObject({ source: 'fallback', throughId: 'm4' })

    await say(['other2', 'other3', 'other4', 'other5'], { parentId: 'm1' })
    await store.selectVersion(ref, 'm6')
    const listPath: Store['listPath'] = async (...asked) => {
      await store.selectVersion(ref, 'other5')
      return store.listPath(...asked)
    }
    expect(await compact(job, listIds, { listPath })).toBe('stale')
    await store.selectVersion(ref, 'm6')
    expect((await store.getWindow(ref)).summary?.source).toBe('fallback')
    expect(await compact(job, listIds)).toBe('done')
    expect((await store.getWindow(ref)).summary).toMatchObject({ source: 'llm', context: 'm1 m2 m3 m4' })
  })
})
