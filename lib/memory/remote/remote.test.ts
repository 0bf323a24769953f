import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobWorker } from '../jobs.ts'
import { createMemory } from '../memory.ts'
import { keyNamespace } from '../store/key-store.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { SessionRef, Store } from '../store/store.ts'
import { type Original, startOriginal } from './original.fake.ts'
import { connectRemote } from './remote.fake.ts'
import { type createRemoteMemory, LOAD_TIMEOUT_MS, REMOTE_LIMITS } from './remote.ts'

const bob: SessionRef = { namespace: 'bob', sessionId: 's1' }

let there: Original
let store: Store
let memory: ReturnType<typeof createRemoteMemory>
let worker: JobWorker
let now: number
let errors: unknown[]

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

function connect(original = there, options: { loadTimeoutMs?: number } = {}): void {
  const clock = () => now
  const onError = (error: unknown) => errors.push(error)
  const connected = connectRemote({ store, original, now: clock, onError, ...options })
  memory = connected.memory
  worker = connected.worker
}

/** A finished turn, as the chat leaves it, and the background work after it. */
async function turn(n: number): Promise<void> {
  await ask(n)
  const answer = { id: `a${n}`, role: 'assistant', content: `answer ${n}`, createdAt: now }
  await store.appendMessages(bob, [answer], { jobs: memory.jobsAfterTurn(bob) })
  await worker.wake()
}
async function ask(n: number): Promise<string> {
  const question = { id: `q${n}`, role: 'user', content: `question ${n}`, createdAt: now }
  await store.appendMessages(bob, [question])
  return question.id
}
const prompt = async (messageId: string) => {
  const { context, window } = await memory.recall(bob, messageId)
  return { context, window: window.map(({ content }) => content) }
}
/** What waits in the store comes due. */
const later = async () => {
  now += 3_600_000
  await worker.wake()
}

describe('a Motörhead elsewhere as the memory', () => {
  it('gets each exchange after the turn, as its other clients write it', async () => {
    await turn(1)
    await turn(2)
    expect(
      there
        .session('s1')
        .list.map(({ role, content }) => `${role} ${content}`)
        .reverse(),
    ).toEqual(['Human question 1', 'AI answer 1', 'Human question 2', 'AI answer 2'])
    expect(there.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2)
    expect(there.headers[0]).toMatchObject({ 'x-metal-api-key': 'secret-key', 'x-metal-client-id': 'me' })
    expect(there.headers[0]?.['idempotency-key']).toMatch(/^[0-9a-f]{32}$/u)
    expect(errors).toEqual([])
  })

  it('gives its window and its context to the next reply', async () => {
    for (let n = 1; n <= 8; n++) await turn(n)
    const context = there.session('s1').context
    expect(context).toMatch(/^summary of /u)
    expect(await prompt(await ask(9))).toEqual({
      context,
      window: [...there.contents('s1'), 'question 9'],
    })
    const { window, summaryId } = await memory.recall(bob, 'q9')
    expect(window.map(({ id }) => id)).not.toContain('there-0')
    expect(summaryId).toBeNull()
  })

  it('reads the managed shape, and NONE as no context', async () => {
    const managed = await startOriginal({ managed: true })
    connect(managed)
    await turn(1)
    expect(await prompt(await ask(2))).toEqual({
      context: null,
      window: ['question 1', 'answer 1', 'question 2'],
    })
    await managed.close()
  })

  it('sees what another program has said there', async () => {
    await turn(1)
    there.session('s1').list.unshift({ role: 'Human', content: 'my cat is Tom' })
    there.session('s1').context = 'The user is Bob.'
    expect(await prompt(await ask(2))).toEqual({
      context: 'The user is Bob.',
      window: ['question 1', 'answer 1', 'my cat is Tom', 'question 2'],
    })
  })

  it.each(['down', 'hangs', 'page', 'half', 'error', 'redirect', 'locked'] as const)(
    'leaves the chat usable while it is not itself (%s), and saves later, in order and once',
    async (mood) => {
      await turn(1)
      there.mood = mood
      if (mood === 'hangs') connect(there, { loadTimeoutMs: LOAD_TIMEOUT_MS })
      const started = performance.now()
      const question = await ask(2)
      expect(await prompt(question)).toEqual({
        context: null,
        window: ['question 1', 'answer 1', 'question 2'],
      })
      expect(performance.now() - started).toBeLessThan(10_000)
      expect((await memory.look(bob)).problem).toContain('127.0.0.1')
      if (mood === 'hangs') return
      const answer = { id: 'a2', role: 'assistant', content: 'answer 2', createdAt: now }
      await store.appendMessages(bob, [answer], { jobs: memory.jobsAfterTurn(bob) })
      await worker.wake()
      await turn(3)
      expect(there.contents('s1')).toEqual(['question 1', 'answer 1'])
      there.mood = 'well'
      expect((await prompt(await ask(4))).window).toEqual([1, 2, 3].flatMap(exchange).concat('question 4'))
      await later()
      await later()
      expect(there.contents('s1')).toEqual([...[1, 2, 3].flatMap(exchange), 'question 4'])
      expect(await memory.look(bob)).toMatchObject({ problem: null, context: null })
      expect(there.followed).toEqual([])
    },
  )

  it('does not double a save whose answer never came, also after a crash', async () => {
    await turn(1)
    await ask(2)
    await store.appendMessages(bob, [{ id: 'a2', role: 'assistant', content: 'answer 2', createdAt: now }], {
      jobs: memory.jobsAfterTurn(bob),
    })
    there.mood = 'saves-and-hangs'
    void worker.wake()
    while (there.contents('s1').length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await store.openOutbox(bob, { limit: 9 }))?.sending?.messageIds).toEqual(['q2', 'a2'])
    await worker.close()
    there.mood = 'well'
    connect()
    expect((await prompt(await ask(3))).window).toEqual([...[1, 2].flatMap(exchange), 'question 3'])
    await later()
    expect(there.contents('s1')).toEqual([...[1, 2].flatMap(exchange), 'question 3'])
  })

  it('sends again what was on its way and did not arrive, also when the exchange before was the same', async () => {
    const say = async (id: string, role: string, content: string) =>
      store.appendMessages(bob, [{ id, role, content, createdAt: now }], { jobs: memory.jobsAfterTurn(bob) })
    for (const n of [1, 2]) {
      await say(`q${n}`, 'user', 'hi')
      await say(`a${n}`, 'assistant', 'hello')
      if (n === 1) await worker.wake()
    }
    await store.openOutbox(bob, { limit: 9 })
    await store.beginBatch(bob, { batchId: 'lost', messageIds: ['q2', 'a2'] })
    await later()
    expect(there.contents('s1')).toEqual(['hi', 'hello', 'hi', 'hello'])
    await later()
    expect(there.contents('s1')).toHaveLength(4)
  })

  it('goes on without what it refuses, and keeps that here', async () => {
    there.mood = 'refuses'
    await turn(1)
    there.mood = 'well'
    await turn(2)
    expect(there.contents('s1')).toEqual(exchange(2))
    expect((await store.listPath(bob, { limit: 9 })).messages).toHaveLength(4)
    // The exchange as one, then each of its messages.
    expect(there.requests.filter((request) => request.startsWith('POST'))).toHaveLength(4)
    expect(errors).toHaveLength(2)
    expect(await memory.look(bob)).toMatchObject({ problem: null, refused: 2 })
  })

  it('gives the end of the conversation to the next reply, also while more is unsent than it looks at', async () => {
    const messages = Array.from({ length: 80 }, (_, index) => ({
      id: `m${index}`,
      role: index % 2 ? 'assistant' : 'user',
      content: `message ${index}`,
      createdAt: now,
    }))
    await store.appendMessages(bob, messages)
    const { window } = await prompt(await ask(1))
    expect(window.slice(-3)).toEqual(['message 78', 'message 79', 'question 1'])
    await turn(2)
    await later()
    expect((await prompt(await ask(3))).window.slice(-3)).toEqual(['question 2', 'answer 2', 'question 3'])
  })

  it('brings the summary along when a long conversation comes there for the first time', async () => {
    const local = createMemory({
      store,
      now: () => now,
      settings: { maxWindowSize: 2, longTermMemory: true },
      summarizer: async () => async () => ({ context: '- 2026-11-24 user: im bob', model: 'm' }),
    })
    for (const n of [1, 2]) {
      await ask(n)
      const answer = { id: `a${n}`, role: 'assistant', content: `answer ${n}`, createdAt: now }
      await store.appendMessages(bob, [answer], { jobs: local.jobsAfterAppend() })
    }
    const job = await store.claimJob({ now, leaseMs: 1000, lease: 'A' })
    if (job) await local.compact(job, new AbortController().signal)
    if (job) await store.finishJob(job)
    const question = await ask(3)
    expect((await prompt(question)).context).toBe('- 2026-11-24 user: im bob')
    await turn(4)
    expect(there.session('s1').context).toBe('- 2026-11-24 user: im bob')
    expect(there.contents('s1')).not.toContain('question 1')
    expect(there.contents('s1').at(-1)).toBe('answer 4')
  })

  it('reads and writes nothing there while memory is off, and of a temporary chat', async () => {
    await store.setSettings('bob', { memory: false })
    await turn(1)
    await memory.recall(bob, 'q1', { memory: false })
    const temporary = { ...bob, sessionId: 'private' }
    await store.appendMessages(temporary, [{ id: 'q', role: 'user', content: 'psst', createdAt: 1 }], {
      temporary: true,
    })
    await memory.recall(temporary, 'q')
    expect(there.requests).toEqual([])
  })

  it('reads and writes nothing there of a session of a program, whose id may be that of a stranger there', async () => {
    const program = { namespace: keyNamespace('k1'), sessionId: 'user-42' }
    const question = { id: 'q', role: 'user', content: 'hi', createdAt: now }
    const jobs = memory.jobsAfterTurn(program)
    expect(jobs.map(({ kind }) => kind)).not.toContain('upload')
    // One that is left from before is over at once.
    await store.appendMessages(program, [question], { jobs: [...jobs, { kind: 'upload', dueAt: now }] })
    const { window } = await memory.recall(program, 'q')
    expect(window.map(({ content }) => content)).toEqual(['hi'])
    await worker.wake()
    await store.deleteSession(program, 5)
    await store.purgeDeleted(5)
    await memory.removeOrphans(new AbortController().signal)
    expect(there.requests).toEqual([])
  })

  it('deletes there what is deleted here, when that is possible again', async () => {
    await turn(1)
    await store.deleteSession(bob, 5)
    await store.purgeDeleted(5)
    there.mood = 'down'
    const { signal } = new AbortController()
    await expect(memory.removeOrphans(signal)).rejects.toMatchObject({ code: 'unreachable' })
    there.mood = 'well'
    await memory.removeOrphans(signal)
    expect(there.sessionIds()).toEqual([])
    expect(await store.listOrphans(9)).toEqual([])
  })

  it('says what it cannot do, in one sentence', () => {
    expect(REMOTE_LIMITS.match(/\.(?:\s|$)/gu)).toHaveLength(1)
    for (const word of ['versions', 'forgets no single message', '2 MB', 'loses', 'search'])
      expect(REMOTE_LIMITS).toContain(word)
  })
})

const exchange = (n: number) => [`question ${n}`, `answer ${n}`]
