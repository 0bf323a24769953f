import type { Models } from '#lib/llm/models.ts'
import type { MayWork } from '#lib/memory/budget.ts'
import type { JobHandler } from '#lib/memory/jobs.ts'
import type { Memory } from '#lib/memory/memory.ts'
import type { Job, JobKind, Store } from '#lib/memory/store/store.ts'
import { createTitler } from './titles.ts'

/** A title that a model fails to make so often stays the first words. */
const TITLE_ATTEMPTS = 3

/** What each kind of background job does, after a reply and never in its way. */
export function createJobHandlers(deps: {
  store: Store
  memory: Memory
  models: { current(): Promise<Models> }
  now: () => number
  mayWork: MayWork
}): Record<JobKind, JobHandler> {
  const { store, memory, models, now, mayWork } = deps

  /** Nothing is made of what a person says while memory is off; it waits for the day that it is on again. */
  const ifWanted =
    (work: JobHandler): JobHandler =>
    async (job, signal) =>
      (await store.getSettings(job.ref.namespace)).memory ? work(job, signal) : 'done'

  /** Names a session after its first exchange, unless a person has named it. */
  async function makeTitle(job: Job, signal: AbortSignal): Promise<'done' | 'stale'> {
    const session = await store.getSession(job.ref)
    if (session?.titleSource !== 'first-words' || job.attempts >= TITLE_ATTEMPTS) return 'done'
    const { messages, hasEarlier } = await store.listPath(job.ref, { limit: 4 })
    const asked = messages.find((message) => message.role === 'user')
    const reply = messages.find((message) => message.parentId === asked?.id && message.status === 'complete')
    if (hasEarlier || !asked || !reply) return 'done'
    // The first words stay: by tomorrow the person knows the session by them.
    if (!(await mayWork(job.ref.namespace))) return 'done'
    const counted: Promise<void>[] = []
    const titler = createTitler((await models.current()).memory, (tokens) =>
      counted.push(store.addUsage(job.ref, { kind: 'title', ...tokens, at: now() })),
    )
    const exchange = { text: asked.content, reply: reply.content }
    const title = await titler(exchange, signal).finally(() => Promise.all(counted))
    if (title) await store.setTitle(job.ref, title, 'model', { generation: job.generation })
    return 'done'
  }

  return {
    compaction: ifWanted(memory.compact),
    title: makeTitle,
    upload: memory.upload,
    embedding: ifWanted(memory.embedMissing),
  }
}
