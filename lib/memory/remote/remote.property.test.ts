import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMemory } from '../memory.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { SessionRef, Store } from '../store/store.ts'
import { type Mood, type Original, startOriginal } from './original.fake.ts'
import { createRemoteMemory } from './remote.ts'
import { createRemoteClient } from './remote-client.ts'

/**
 * Turns, failures of every kind, saves whose answer is lost, and crashes, in any order: at the end everything that was
 * said has been saved at the other Motörhead, in order and once, whatever that has folded and trimmed meanwhile.
 */
const RUNS = 60
const bob: SessionRef = { namespace: 'bob', sessionId: 's1' }

type Step =
  | { kind: 'turn'; texts: [string, string] }
  | { kind: 'mood'; mood: Mood }
  | { kind: 'work' | 'crash' }

const mood = fc.constantFrom<Mood[]>('well', 'well', 'down', 'error', 'page', 'half', 'saves-and-drops')
const steps = (text: fc.Arbitrary<string>, maxTurns: number) =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.tuple(text, text).map((texts): Step => ({ kind: 'turn', texts })) },
        { weight: 4, arbitrary: mood.map((mood): Step => ({ kind: 'mood', mood })) },
        { weight: 3, arbitrary: fc.constant<Step>({ kind: 'work' }) },
        { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
      ),
      { maxLength: 40 },
    )
    .filter((list) => list.filter(({ kind }) => kind === 'turn').length <= maxTurns)

async function play(list: Step[], there: Original): Promise<void> {
  const store = createSqliteStore(':memory:')
  let now = 1
  let made = 0
  const said: string[] = []
  /** Each try is made whenever it is due; a failed one is due again at once here. */
  const work = async () => {
    for (let tries = 0; tries < 3; tries++) {
      now += 100_000
      const job = await store.claimJob({ now, leaseMs: 10, lease: crypto.randomUUID() })
      if (job?.kind !== 'upload') return
      await connect(store, there)
        .upload(job, new AbortController().signal)
        .then(
          () => store.finishJob(job),
          () => store.failJob(job, { dueAt: now, error: 'failed' }),
        )
    }
  }
  for (const step of list) {
    if (step.kind === 'mood') there.mood = step.mood
    if (step.kind === 'work') await work()
    if (step.kind === 'crash') await claimAndDie(store, now)
    if (step.kind !== 'turn') continue
    for (const [index, text] of step.texts.entries()) {
      const message = { id: `m${made++}`, role: index ? 'assistant' : 'user', content: text, createdAt: now }
      said.push(text)
      await store.appendMessages(bob, [message], index ? { jobs: [{ kind: 'upload', dueAt: now }] } : {})
    }
    const window = await connect(store, there).recall(bob, `m${made - 1}`)
    expect(window.window.at(-1)?.content).toBe(step.texts[1])
  }
  there.mood = 'well'
  await work()
  expect(there.saved('s1')).toEqual(said)
  await store.close()
}

/** As a process that was killed at its work: its lease runs out. */
async function claimAndDie(store: Store, now: number): Promise<void> {
  await store.claimJob({ now, leaseMs: 1, lease: 'dead' })
}

function connect(store: Store, there: Original) {
  const local = createMemory({
    store,
    now: () => 1,
    settings: { maxWindowSize: 12, longTermMemory: false },
    summarizer: async () => null,
  })
  const client = createRemoteClient({ url: there.url })
  return createRemoteMemory({ local, store, client, now: () => 1, onError: () => {} })
}

const check = (list: fc.Arbitrary<Step[]>) =>
  fc.assert(
    fc.asyncProperty(list, async (each) => {
      const there = await startOriginal()
      try {
        await play(each, there)
      } finally {
        await there.close()
      }
    }),
    { numRuns: RUNS },
  )

it(`saves everything elsewhere once and in order, whatever fails (${RUNS} runs)`, {
  timeout: 120_000,
}, async () => {
  let n = 0
  await check(
    steps(
      fc.constant(null).map(() => `text ${n++}`),
      20,
    ),
  )
})

it('does so, too, when people repeat themselves', { timeout: 120_000 }, async () => {
  await check(steps(fc.constant('hi'), 6))
})
