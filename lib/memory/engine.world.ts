import type fc from 'fast-check'
import { expect } from 'vitest'
import type { JobOutcome } from './jobs.ts'
import { createMemory, type Summarize } from './memory.ts'
import type { Job, SessionRef, Store } from './store/store.ts'

/**
 * Random commands against the real engine and store, and against a plain model of them: a list of messages, each with
 * its parent. After every command: the path is the model's, and each of its messages is once in the window or once in
 * the chain of summaries, whatever summaries did meanwhile.
 */
export const MAX_WINDOW = 4

export type Model = {
  messages: Map<string, { parent: string | null; text: string }>
  head: string | null
  deleted: boolean
}
/** A summariser's answer that the test decides on: how it ends, and when. */
type Call = { ids: string[]; settle: (how: 'answer' | 'fail') => void }
export type World = {
  store: Store
  /** Whether the store is at work. */
  busy: () => boolean
  calls: Call[]
  jobs: { job: Job; outcome: Promise<unknown> }[]
  compact: (job: Job) => Promise<JobOutcome>
  now: number
  made: number
  /** What hangs still, ends; then closes the store. */
  end: () => Promise<void>
}

export const ref: SessionRef = { namespace: 'n', sessionId: 's' }

export function openWorld(opened: Store): World {
  const { store, busy } = watched(opened)
  const calls: Call[] = []
  const summarize: Summarize = ({ context, messages }) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ context: string; model: string }>()
    const ids = messages.map((message) => message.id)
    calls.push({
      ids,
      settle: (how) =>
        how === 'fail'
          ? reject(new Error('the model failed'))
          : resolve({ context: [context, ...ids].filter(Boolean).join(' '), model: 'm' }),
    })
    return promise
  }
  const stop = new AbortController()
  const world: World = {
    store,
    busy,
    calls,
    jobs: [],
    compact: async () => 'done',
    now: 1,
    made: 0,
    async end() {
      stop.abort(new Error('The test is over.'))
      await settled(world)
      await store.close()
    },
  }
  const { compact } = createMemory({
    store,
    settings: { maxWindowSize: MAX_WINDOW, longTermMemory: true },
    summarizer: async () => summarize,
    now: () => world.now,
  })
  world.compact = (job) => compact(job, stop.signal)
  return world
}

const pathOf = (model: Model): string[] => {
  const path: string[] = []
  for (let id = model.head; id !== null; id = model.messages.get(id)?.parent ?? null) path.unshift(id)
  return path
}
export const pick = (model: Model, n: number): string | undefined =>
  [...model.messages.keys()][n % (model.messages.size || 1)]
/** Until nothing goes on by itself: a background job waits for its model, or for nothing. */
async function settled({ busy }: World): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (busy()) quiet = -1
  }
}

function watched(opened: Store): { store: Store; busy: () => boolean } {
  let running = 0
  const call =
    (method: (...given: unknown[]) => Promise<unknown>) =>
    async (...given: unknown[]) => {
      running += 1
      try {
        return await method(...given)
      } finally {
        running -= 1
      }
    }
  const methods = Object.entries(opened).map(([name, method]) => [name, call(method as never)])
  return { store: Object.fromEntries(methods), busy: () => running > 0 }
}

export type Act = (model: Model, world: World) => Promise<void>
export const always = () => true
export const alive = (model: Readonly<Model>) => !model.deleted
export const started = (model: Readonly<Model>) => !model.deleted && model.messages.size > 0

/** One command: done to the store and to the model, and then everything must hold. */
export const step = (
  name: string,
  check: (model: Readonly<Model>) => boolean,
  act: Act,
): fc.AsyncCommand<Model, World> => ({
  check,
  async run(model, world) {
    world.now += 1
    await act(model, world)
    await settled(world)
    await holds(model, world)
  },
  toString: () => name,
})

async function holds(model: Model, { store }: World): Promise<void> {
  if (model.deleted || model.messages.size === 0) return
  const path = pathOf(model)
  const { messages } = await store.listPath(ref, { limit: 1000 })
  expect(messages.map((message) => message.id)).toEqual(path)
  const window = await store.getWindow(ref)
  const windowIds = window.messages.map((message) => message.id)
  const covered = path.slice(0, path.length - windowIds.length)
  expect([...covered, ...windowIds]).toEqual(path)
  // The summary holds the ids that were folded into it: all that are covered, and nothing of another branch.
  const summary = window.summary
  if (summary?.source === 'llm') {
    const held = summary.context.split(' ').filter((word) => word !== 'edited')
    expect(covered.slice(-held.length)).toEqual(held)
    if (!summary.context.startsWith('edited')) expect(held).toEqual(covered)
  }
  expect(await store.audit(ref)).toEqual({
    messages: path.length,
    summarised: covered.length,
    window: windowIds.length,
    lost: 0,
    doubled: 0,
  })
}
