import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JobWorker } from '../jobs.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { SessionRef, Store } from '../store/store.ts'
import { type Original, startOriginal } from './original.fake.ts'
import { connectRemote } from './remote.fake.ts'
import type { createRemoteMemory } from './remote.ts'

/** A Motörhead elsewhere knows no versions: what it holds of a branch that was left is no part of the prompt. */

const bob: SessionRef = { namespace: 'bob', sessionId: 's1' }

let there: Original
let store: Store
let memory: ReturnType<typeof createRemoteMemory>
let worker: JobWorker
let now: number

beforeEach(async () => {
  there = await startOriginal()
  store = createSqliteStore(':memory:')
  now = 1
  const connected = connectRemote({ store, original: there, now: () => now, onError: () => {} })
  memory = connected.memory
  worker = connected.worker
})
afterEach(async () => {
  await worker.close()
  await store.close()
  await there.close()
})

/** A finished turn after `parentId`, and the background work after it. */
async function turn(name: string, parentId?: string): Promise<void> {
  await ask(name, parentId)
  const answer = { id: `a${name}`, role: 'assistant', content: `answer ${name}`, createdAt: now }
  await store.appendMessages(bob, [answer], { jobs: memory.jobsAfterTurn(bob) })
  await worker.wake()
}
async function ask(name: string, parentId?: string): Promise<void> {
  const question = { id: `q${name}`, role: 'user', content: `question ${name}`, createdAt: now }
  await store.appendMessages(bob, [question], parentId === undefined ? {} : { parentId })
}
const prompt = async (messageId: string) => {
  const { context, window } = await memory.recall(bob, messageId)
  return { context, window: window.map(({ content }) => content) }
}
const exchange = (name: string) => [`question ${name}`, `answer ${name}`]

it('follows the branch that is shown: another version is not in the prompt', async () => {
  await turn('1')
  await turn('2')
  await ask('2b', 'a1')
  expect(await prompt('q2b')).toEqual({ context: null, window: [...exchange('1'), 'question 2b'] })
  expect((await prompt('q2')).window).toEqual([...exchange('1'), 'question 2'])
  // Folded into a summary there, the other version cannot be told apart any more: the copy here serves.
  there.session('s1').list = []
  there.session('s1').context = 'all about question 2'
  expect(await prompt('q2b')).toEqual({ context: null, window: [...exchange('1'), 'question 2b'] })
})

it('tells what arrived, and nobody heard of, from what is shown, also when that branch was left before the retry', async () => {
  await turn('1')
  there.mood = 'saves-and-drops'
  await turn('2')
  there.mood = 'well'
  await ask('2b', 'a1')
  // Before it is known: the copy here serves.
  expect((await prompt('q2b')).window).toEqual([...exchange('1'), 'question 2b'])
  now += 3_600_000
  await worker.wake()
  expect((await store.openOutbox(bob, { limit: 9 }))?.strays.map(({ id }) => id)).toEqual(['a2', 'q2'])
  await turn('3')
  expect(there.saved('s1')).toEqual([...exchange('1'), ...exchange('2'), 'question 2b', ...exchange('3')])
  await ask('4')
  expect((await prompt('q4')).window).toEqual([
    ...exchange('1'),
    'question 2b',
    ...exchange('3'),
    'question 4',
  ])
})

it('sends what did not arrive of a branch that was left only when that is shown again', async () => {
  await turn('1')
  there.mood = 'down'
  await turn('2')
  there.mood = 'well'
  await turn('2b', 'a1')
  now += 3_600_000
  await worker.wake()
  expect(there.saved('s1')).toEqual([...exchange('1'), ...exchange('2b')])
  await store.selectVersion(bob, 'q2')
  await turn('3')
  expect(there.saved('s1')).toEqual(['1', '2b', '2', '3'].flatMap(exchange))
  expect((await prompt('q3')).window).toEqual([...exchange('1'), ...exchange('2'), 'question 3'])
})
