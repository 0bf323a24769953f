import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobWorker } from '../jobs.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { SessionRef, Store } from '../store/store.ts'
import { type Original, startOriginal } from './original.fake.ts'
import { connectRemote } from './remote.fake.ts'
import type { createRemoteMemory } from './remote.ts'
import { createRemoteClient, saveFits } from './remote-client.ts'

/** What no Motörhead takes at once: an original refuses a body over 2 MB unread, and its connection is dead from then on. */

const bob: SessionRef = { namespace: 'bob', sessionId: 's1' }
const MB = 1024 * 1024

let there: Original
let store: Store
let memory: ReturnType<typeof createRemoteMemory>
let worker: JobWorker
let now: number
let errors: Error[]

beforeEach(async () => {
  there = await startOriginal()
  store = createSqliteStore(':memory:')
  now = 1
  errors = []
  connect()
})
afterEach(async () => {
  await worker.close()
  await store.close()
  await there.close()
})

function connect(): void {
  const connected = connectRemote({
    store,
    original: there,
    now: () => now,
    onError: (error) => errors.push(error as Error),
  })
  memory = connected.memory
  worker = connected.worker
}

/** A finished turn, and the background work after it. */
async function turn(...contents: string[]): Promise<void> {
  await write(...contents)
  await worker.wake()
}
async function write(...contents: string[]): Promise<void> {
  for (const [index, content] of contents.entries()) {
    const role = index === contents.length - 1 ? 'assistant' : 'user'
    const jobs = role === 'assistant' ? memory.jobsAfterTurn(bob) : []
    await store.appendMessages(bob, [{ id: `m${made++}`, role, content, createdAt: now }], { jobs })
  }
}
let made = 0
const later = async () => {
  now += 3_600_000
  await worker.wake()
}
const posts = () => there.requests.filter((request) => request.startsWith('POST')).length
/** Long messages by their first letters. */
const starts = () => there.saved('s1').map((content) => content.slice(0, 8))
const long = (start: string, bytes: number) => start.padEnd(bytes, '.')

describe('an original that takes 2 MB at once', () => {
  it('gets a longer exchange in several saves, in order and once, and goes on at once', async () => {
    const started = performance.now()
    await turn(long('question', 0.9 * MB), long('and more', 0.9 * MB), long('answer 1', 1.5 * MB))
    await turn('hi', 'hello')
    expect(starts()).toEqual(['question', 'and more', 'answer 1', 'hi', 'hello'])
    expect(posts()).toBe(3)
    expect(errors).toEqual([])
    // On a connection that is dead it would have waited for the time limit of a save, which is 15 s.
    expect(performance.now() - started).toBeLessThan(12_000)
    await later()
    expect(posts()).toBe(3)
  })

  it('gets it once, too, when the answer to each part is lost with the process', async () => {
    await write(long('question', 1.2 * MB), long('answer 1', 1.2 * MB))
    for (const parts of [1, 2]) {
      there.mood = 'saves-and-drops'
      await later()
      expect(posts()).toBe(parts)
      await worker.close()
      connect()
    }
    there.mood = 'well'
    await later()
    await turn('hi', 'hello')
    expect(starts()).toEqual(['question', 'answer 1', 'hi', 'hello'])
  })

  it('never gets a message that is longer alone: it is kept here, said once, and not tried again', async () => {
    await turn('read this', long('too long', 2 * MB))
    await turn('hi', 'hello')
    expect(starts()).toEqual(['read thi', 'hi', 'hello'])
    expect(posts()).toBe(2)
    expect((await store.listPath(bob, { limit: 9 })).messages).toHaveLength(4)
    expect(errors.map(({ message }) => message)).toEqual([
      `A message is longer than a Motörhead takes (2 MB): it is kept here only, not at ${new URL(there.url).host}.`,
    ])
    expect(await memory.look(bob)).toMatchObject({ problem: null, refused: 1 })
    await later()
    await later()
    expect(posts()).toBe(2)
    expect(errors).toHaveLength(1)
  })

  it('counts bytes as they are sent, to the last one', async () => {
    const said = (content: string) => ({ messages: [{ role: 'AI', content }], context: null })
    const frame = JSON.stringify(said('').messages).length + '{"messages":}'.length
    expect(saveFits(said('x'.repeat(2 * MB - frame)))).toBe(true)
    expect(saveFits(said('x'.repeat(2 * MB - frame + 1)))).toBe(false)
    expect(saveFits(said('ö'.repeat(MB)))).toBe(false)
    expect(saveFits(said('\n'.repeat(MB)))).toBe(false)
    await turn('hi', 'x'.repeat(2 * MB - frame))
    expect(there.saved('s1').map(({ length }) => length)).toEqual([2, 2 * MB - frame])
  })

  it.each([
    ['along when it fits beside the first message', 0.4 * MB, 'summary'],
    ['not at the cost of what was said', MB, undefined],
  ])('gets the summary of a conversation that is new there: %s', async (_, bytes, start) => {
    await write(long('question', 1.5 * MB), 'answer')
    const context = { id: 'S', context: long('summary', bytes), tokens: 1, createdAt: now }
    await store.replaceContext(bob, { ...context, source: 'client' })
    await worker.wake()
    expect(starts()).toEqual(['question', 'answer'])
    expect(there.session('s1').context?.slice(0, 7)).toBe(start)
  })

  it('refuses by itself what does not fit, whoever asks', async () => {
    const client = createRemoteClient({ url: there.url })
    const save = { messages: [{ role: 'AI', content: long('x', 2 * MB) }], context: null }
    const options = { key: 'k', signal: new AbortController().signal }
    await expect(client.append('s1', save, options)).rejects.toMatchObject({ code: 'refused' })
    expect(there.requests).toEqual([])
  })
})

it('keeps here what a proxy before it finds too long, and saves what was said around it', async () => {
  there.mood = 'refuses-long'
  await turn('question', long('answer 1', 1.2 * MB))
  await turn('hi', 'hello')
  expect(starts()).toEqual(['question', 'hi', 'hello'])
  expect(await memory.look(bob)).toMatchObject({ problem: null, refused: 1 })
})

it('tells what has arrived from what has not across a message that was refused', async () => {
  await turn('hi', 'hello')
  await turn('hi', long('too long', 2 * MB))
  there.mood = 'down'
  await write('hi', 'hello')
  const batch = (await store.openOutbox(bob, { limit: 9 }))?.unsent.map(({ id }) => id) ?? []
  await store.beginBatch(bob, { batchId: 'lost', messageIds: batch })
  there.mood = 'well'
  await later()
  expect(there.saved('s1')).toEqual(['hi', 'hello', 'hi', 'hi', 'hello'])
})
