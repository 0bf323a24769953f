import fc from 'fast-check'
import { expect } from 'vitest'
import {
  type Act,
  alive,
  always,
  MAX_WINDOW,
  type Model,
  openWorld,
  pick,
  ref,
  started,
  step,
} from './engine.world.ts'
import { createJobWorker } from './jobs.ts'
import { createMemory } from './memory.ts'
import type { Store } from './store/store.ts'

const append = (count: number) =>
  step(`Append(${count})`, alive, async (model, world) => {
    for (let n = 0; n < count; n++) {
      const id = `m${++world.made}`
      await world.store.appendMessages(
        ref,
        [{ id, role: 'user', content: `text ${id}`, createdAt: world.now }],
        {
          jobs: [{ kind: 'compaction', dueAt: 0 }],
        },
      )
      model.messages.set(id, { parent: model.head, text: `text ${id}` })
      model.head = id
    }
  })

const race = () =>
  step('Race', alive, async (model, world) => {
    const ids = [0, 1, 2].map(() => `m${++world.made}`)
    await Promise.all(
      ids.map((id) =>
        world.store.appendMessages(ref, [{ id, role: 'user', content: `text ${id}`, createdAt: world.now }], {
          jobs: [{ kind: 'compaction', dueAt: 0 }],
        }),
      ),
    )
    // Which comes first is the store's to say; that each comes once is ours to check.
    const { messages } = await world.store.listPath(ref, { limit: ids.length })
    expect(messages.map((message) => message.id).sort()).toEqual([...ids].sort())
    for (const { id, content } of messages) {
      model.messages.set(id, { parent: model.head, text: content })
      model.head = id
    }
  })

const branch = (at: number) =>
  step(`Branch(${at})`, started, async (model, world) => {
    const parent = model.messages.get(pick(model, at) ?? '')?.parent ?? null
    const id = `m${++world.made}`
    const message = { id, role: 'user', content: `text ${id}`, createdAt: world.now }
    await world.store.appendMessages(ref, [message], {
      parentId: parent,
      jobs: [{ kind: 'compaction', dueAt: 0 }],
    })
    model.messages.set(id, { parent, text: message.content })
    model.head = id
  })

const selectVersion =
  (at: number): Act =>
  async (model, world) => {
    let head = pick(model, at) ?? ''
    await world.store.selectVersion(ref, head)
    for (;;) {
      const next = [...model.messages].filter(([, { parent }]) => parent === head).at(-1)
      if (!next) break
      head = next[0]
    }
    model.head = head
  }
const select = (at: number) => step(`Select(${at})`, started, selectVersion(at))

const forget = (at: number) =>
  step(
    `Forget(${at})`,
    (model: Readonly<Model>) => !model.deleted && model.messages.size > 1,
    async (model, world) => {
      const id = pick(model, at) ?? ''
      const { parent } = model.messages.get(id) ?? { parent: null }
      await world.store.forgetMessage(ref, id)
      for (const message of model.messages.values()) if (message.parent === id) message.parent = parent
      if (model.head === id) model.head = parent
      model.messages.delete(id)
      // A head that was the root leaves the session without one: show what is left, as a person would.
      if (model.head === null && model.messages.size > 0) await selectVersion(0)(model, world)
    },
  )

const editContext = () =>
  step('EditContext', started, async (_, world) => {
    const id = `e${++world.made}`
    await world.store.replaceContext(ref, {
      id,
      context: 'edited',
      tokens: 1,
      source: 'person',
      createdAt: world.now,
    })
  })

const undo = () =>
  step('Undo', started, async (_, { store }) => {
    const { summary } = await store.getWindow(ref)
    if (summary) await store.deleteSummary(ref, summary.id)
  })

/** Another process takes the job up: `late`, while one that has lost its lease still works on it. */
const compact = (late: boolean) =>
  step(`Compact(${late ? 'late' : ''})`, always, async (_, world) => {
    if (late) world.now += 1000
    const job = await world.store.claimJob({ now: world.now, leaseMs: 500, lease: crypto.randomUUID() })
    if (!job) return
    const outcome = world.compact(job).then(
      (end) => world.store.finishJob(job, end === 'done' ? undefined : { againAt: world.now }),
      () => world.store.failJob(job, { dueAt: world.now, error: 'failed' }),
    )
    world.jobs.push({ job, outcome })
  })

/** A summary that was asked for some time ago arrives, or fails; not answered at all, it hangs. */
const settle = (how: 'answer' | 'fail', at: number) =>
  step(`Settle(${how}, ${at})`, always, async (_, { calls }) => {
    const [call] = calls.length > 0 ? calls.splice(at % calls.length, 1) : []
    call?.settle(how)
  })

const remove = () =>
  step('Delete', started, async (model, { store, now }) => {
    await store.deleteSession(ref, now)
    model.deleted = true
    expect(await store.getSession(ref)).toBeNull()
  })

const restore = () =>
  step(
    'Restore',
    (model: Readonly<Model>) => model.deleted,
    async (model, { store }) => {
      await store.restoreSession(ref)
      model.deleted = false
    },
  )

const purge = () =>
  step(
    'Purge',
    (model: Readonly<Model>) => model.deleted,
    async (model, { store, now }) => {
      await store.purgeDeleted(now)
      model.messages.clear()
      model.head = null
      model.deleted = false
      expect(await store.nextJobAt()).toBeNull()
    },
  )

/** What a killed process was doing is gone; its jobs wait in the store until its leases run out. */
const restart = () =>
  step('Restart', always, async (_, world) => {
    world.calls.length = 0
    world.jobs.length = 0
  })

const commands = fc.commands(
  [
    fc.integer({ min: 1, max: 6 }).map((count) => append(count)),
    fc.constant(race()),
    fc.nat(50).map((at) => branch(at)),
    fc.nat(50).map((at) => select(at)),
    fc.nat(50).map((at) => forget(at)),
    fc.constant(editContext()),
    fc.constant(undo()),
    fc.boolean().map((late) => compact(late)),
    fc.boolean().map((late) => compact(late)),
    fc.nat(5).map((at) => settle('answer', at)),
    fc.nat(5).map((at) => settle('answer', at)),
    fc.nat(5).map((at) => settle('fail', at)),
    fc.constant(remove()),
    fc.constant(restore()),
    fc.constant(purge()),
    fc.constant(restart()),
  ],
  { maxCommands: 30 },
)

/** `open` gives an empty store. */
export async function holdsEachMessageOnce(open: () => Promise<Store>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const world = openWorld(await open())
      try {
        const model: Model = { messages: new Map(), head: null, deleted: false }
        await fc.asyncModelRun(() => ({ model, real: world }), steps)
      } finally {
        await world.end()
      }
    }),
    { numRuns: runs },
  )
}

/** However often the model fails on the way. */
export async function foldsEverythingInTheEnd(open: () => Promise<Store>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.array(fc.boolean(), { maxLength: 12 }),
      async (count, fails) => {
        const store = await open()
        let now = 0
        const memory = createMemory({
          store,
          settings: { maxWindowSize: MAX_WINDOW, longTermMemory: true },
          now: () => now,
          summarizer:
            async () =>
            async ({ messages }) => {
              if (fails.shift()) throw new Error('the model failed')
              return { context: `${messages.length}`, model: 'm' }
            },
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
          onError: () => {},
        })
        for (let n = 0; n < count; n++) {
          await store.appendMessages(ref, [{ id: `m${n}`, role: 'user', content: 'text', createdAt: n }], {
            jobs: memory.jobsAfterAppend(),
          })
        }
        while ((await store.nextJobAt()) !== null) {
          await worker.wake()
          now += 4_000_000
        }
        if (count > 0) {
          const { window, lost, doubled } = await store.audit(ref)
          expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 })
          expect(window).toBeLessThanOrEqual(MAX_WINDOW)
        }
        await worker.close()
        await store.close()
      },
    ),
    { numRuns: runs },
  )
}
