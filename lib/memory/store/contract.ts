import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BeginTurn, Fence, NewMessage, SessionRef, Store } from './store.ts'

/** The suite that every store passes: `describeStore('sqlite', () => createSqliteStore(':memory:'))`. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  const bob: SessionRef = { namespace: 'bob', sessionId: 's1' }
  const eve: SessionRef = { namespace: 'eve', sessionId: 's1' }
  let store: Store

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  const said = (id: string, role = 'user', at = 1): NewMessage => ({
    id,
    role,
    content: `text ${id}`,
    createdAt: at,
  })
  const append = (ref: SessionRef, ...ids: string[]) =>
    store.appendMessages(
      ref,
      ids.map((id, index) => said(id, index % 2 ? 'assistant' : 'user')),
    )
  const turn = (turn: BeginTurn['turn'], options: Partial<BeginTurn> = {}): BeginTurn => ({
    create: { title: 'A chat' },
    run: { id: crypto.randomUUID(), owner: 'test', mode: turn.kind === 'continue' ? 'continue' : 'reply' },
    maxActiveRuns: 10,
    now: 5,
    turn,
    ...options,
  })
  const send = (id: string, replyId: string, after: string | null = null, text = `text ${id}`) =>
    turn({ kind: 'send', id, replyId, after, text })
  const end = (status: 'complete' | 'stopped' | 'failed' | 'interrupted', content: string) => ({
    status,
    content,
    error: null,
    receipt: null,
    jobs: [],
    at: 9,
  })
  async function reply(ref: SessionRef, begin: BeginTurn, content = 'an answer') {
    const { run } = await store.beginTurn(ref, begin)
    await store.startRun(run, 6)
    await store.finishRun(run, end('complete', content))
    return run
  }
  const pathOf = async (ref: SessionRef, limit = 100) =>
    (await store.listPath(ref, { limit })).messages.map((message) => message.id)
  const windowOf = async (ref: SessionRef) =>
    (await store.getWindow(ref)).messages.map((message) => message.id)

  /** Each claim comes after the lease of the one before has run out. */
  let clock = 0
  async function claim(ref: SessionRef): Promise<Fence> {
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: 0 })
    clock += 1000
    const job = await store.claimJob({ now: clock, leaseMs: 100, lease: crypto.randomUUID() })
    if (!job) throw new Error('no job to claim')
    return { generation: job.generation, lease: job.lease, jobId: job.id }
  }
  async function summarise(
    ref: SessionRef,
    id: string,
    throughId: string,
    baseId: string | null,
    fence?: Fence,
  ) {
    const held = fence ?? (await claim(ref))
    return store.insertSummary(
      ref,
      {
        id,
        throughId,
        baseId,
        context: `context ${id}`,
        tokens: 3,
        folded: 1,
        source: 'llm',
        model: 'm',
        createdAt: 7,
      },
      { ...held, currentId: baseId },
    )
  }

  describe(`${name}: sessions`, () => {
    it('lists the newest activity first, page by page, and only its own namespace', async () => {
      for (const [index, id] of ['a', 'b', 'c'].entries()) {
        await store.appendMessages({ namespace: 'bob', sessionId: id }, [said(`m${id}`, 'user', index + 1)])
      }
      await append(eve, 'x')
      const first = await store.listSessions('bob', { limit: 2 })
      expect(first.map((session) => session.id)).toEqual(['c', 'b'])
      const last = first.at(-1)
      const rest = await store.listSessions('bob', { limit: 2, ...(last && { before: last }) })
      expect(rest.map((session) => session.id)).toEqual(['a'])
    })

    it('says which sessions have a reply in progress', async () => {
      const { run } = await store.beginTurn(bob, send('q', 'a'))
      expect((await store.listSessions('bob', { limit: 9 }))[0]?.running).toBe(true)
      await store.finishRun(run, end('complete', 'done'))
      expect((await store.listSessions('bob', { limit: 9 }))[0]?.running).toBe(false)
    })

    it('keeps a title that a person gave against a model and first words', async () => {
      await append(bob, 'm')
      expect(await store.setTitle(bob, 'By model', 'model')).toBe(true)
      expect(await store.setTitle(bob, 'By person', 'person')).toBe(true)
      expect(await store.setTitle(bob, 'By model again', 'model')).toBe(false)
      expect((await store.getSession(bob))?.title).toBe('By person')
      expect(await store.setTitle(bob, 'By person again', 'person')).toBe(true)
    })

    it('treats a foreign session as an absent one', async () => {
      await append(bob, 'm1', 'm2')
      expect(await store.getSession(eve)).toBeNull()
      expect(await store.getMessage(eve, 'm1')).toBeNull()
      expect(await store.setTitle(eve, 'mine', 'person')).toBe(false)
      expect(await store.deleteSession(eve, 1)).toBe(false)
      expect(await store.forgetMessage(eve, 'm1')).toBe(false)
      await expect(store.listPath(eve, { limit: 9 })).rejects.toMatchObject({ code: 'not-found' })
      await expect(store.selectVersion(eve, 'm1')).rejects.toMatchObject({ code: 'not-found' })
      await append(eve, 'm1')
      expect(await pathOf(bob)).toEqual(['m1', 'm2'])
      expect(await pathOf(eve)).toEqual(['m1'])
    })

    it('hides a deleted session until it is restored, and forgets it when purged', async () => {
      await append(bob, 'm1', 'm2')
      expect(await store.deleteSession(bob, 50)).toBe(true)
      expect(await store.getSession(bob)).toBeNull()
      expect(await store.listSessions('bob', { limit: 9 })).toEqual([])
      await expect(append(bob, 'm3')).rejects.toMatchObject({ code: 'not-found' })
      expect(await store.restoreSession(eve)).toBe(false)
      expect(await store.purgeDeleted(49)).toBe(0)
      expect(await store.restoreSession(bob)).toBe(true)
      expect(await pathOf(bob)).toEqual(['m1', 'm2'])
      await store.deleteSession(bob, 60)
      expect(await store.purgeDeleted(60)).toBe(1)
      expect(await store.restoreSession(bob)).toBe(false)
      await append(bob, 'new')
      expect(await pathOf(bob)).toEqual(['new'])
    })
  })

  describe(`${name}: the tree`, () => {
    it('appends in order and reads pages from the end', async () => {
      await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
      const page = await store.listPath(bob, { limit: 2 })
      expect(page.messages.map((message) => message.id)).toEqual(['m4', 'm5'])
      expect(page.hasEarlier).toBe(true)
      const before = page.messages[0]?.position ?? 0
      const above = await store.listPath(bob, { limit: 9, before })
      expect(above.messages.map((message) => message.id)).toEqual(['m1', 'm2', 'm3'])
      expect(above.hasEarlier).toBe(false)
    })

    it('stores a retried append once, and refuses the same id with other text', async () => {
      await append(bob, 'm1')
      await append(bob, 'm1')
      expect(await pathOf(bob)).toEqual(['m1'])
      const other = { ...said('m1'), content: 'other text' }
      await expect(store.appendMessages(bob, [said('m2'), other])).rejects.toMatchObject({ code: 'conflict' })
      expect(await pathOf(bob)).toEqual(['m1'])
    })

    it('keeps both versions of an edited message, each with its own tail', async () => {
      await reply(bob, send('q1', 'a1'))
      await reply(bob, send('q2', 'a2', 'a1'))
      await reply(bob, turn({ kind: 'edit', id: 'q1b', text: 'other', messageId: 'q1', replyId: 'a1b' }))
      expect(await pathOf(bob)).toEqual(['q1b', 'a1b'])
      expect((await store.listPath(bob, { limit: 9 })).messages[0]?.versions).toEqual(['q1', 'q1b'])
      expect((await store.selectVersion(bob, 'q1')).headId).toBe('a2')
      expect(await pathOf(bob)).toEqual(['q1', 'a1', 'q2', 'a2'])
    })

    it('keeps both versions of a regenerated reply', async () => {
      await reply(bob, send('q1', 'a1'), 'first')
      await reply(bob, turn({ kind: 'regenerate', messageId: 'a1', replyId: 'a2' }), 'second')
      const { messages } = await store.listPath(bob, { limit: 9 })
      expect(messages.map((message) => message.content)).toEqual(['text q1', 'second'])
      expect(messages[1]?.versions).toEqual(['a1', 'a2'])
    })

    it('gives a whole path across nested branches', async () => {
      await append(bob, 'm1', 'm2', 'm3', 'm4')
      await store.appendMessages(bob, [said('b1'), said('b2'), said('b3')], { parentId: 'm2' })
      await store.appendMessages(bob, [said('c1'), said('c2')], { parentId: 'b1' })
      expect(await pathOf(bob)).toEqual(['m1', 'm2', 'b1', 'c1', 'c2'])
      expect(await windowOf(bob)).toEqual(['m1', 'm2', 'b1', 'c1', 'c2'])
    })

    it('searches the shown path only, up to a position', async () => {
      await append(bob, 'm1', 'm2')
      await store.appendMessages(bob, [{ id: 'left', role: 'user', content: 'my cat is Tom', createdAt: 2 }])
      await store.appendMessages(
        bob,
        [{ id: 'right', role: 'user', content: 'my cat is Ann', createdAt: 2 }],
        {
          parentId: 'm2',
        },
      )
      await append(eve, 'x')
      await store.appendMessages(eve, [
        { id: 'foreign', role: 'user', content: 'my cat is Zoe', createdAt: 2 },
      ])
      const search = async (throughPosition: number, ...terms: string[]) =>
        (await store.searchPath(bob, { headId: 'right', terms, throughPosition, limit: 9 })).map(
          (hit) => hit.id,
        )
      expect(await search(99, 'cats')).toEqual(['right'])
      expect(await search(2, 'cat')).toEqual([])
      expect(await search(99)).toEqual([])
      expect(await search(99, 'no"thing', 'NOT', '*')).toEqual([])
    })
  })

  describe(`${name}: memory`, () => {
    it('ends the window at the nearest summary of its own branch', async () => {
      await append(bob, 'm1', 'm2', 'm3', 'm4')
      expect(await summarise(bob, 'S1', 'm2', null)).toBe(true)
      expect(await windowOf(bob)).toEqual(['m3', 'm4'])
      expect((await store.getWindow(bob)).summary?.id).toBe('S1')
      await store.appendMessages(bob, [said('other')], { parentId: 'm1' })
      expect(await windowOf(bob)).toEqual(['m1', 'other'])
      expect((await store.getWindow(bob)).summary).toBeNull()
    })

    it('counts every message once, in the chain of summaries or in the window', async () => {
      await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
      await summarise(bob, 'S1', 'm2', null)
      await store.replaceContext(bob, {
        id: 'S1e',
        context: 'edited',
        tokens: 1,
        source: 'person',
        createdAt: 8,
      })
      await summarise(bob, 'S2', 'm4', 'S1e')
      expect(await store.audit(bob)).toEqual({ messages: 5, summarised: 4, window: 1, lost: 0, doubled: 0 })
      expect((await store.listSummaries(bob)).map((summary) => summary.id)).toEqual(['S2', 'S1e', 'S1'])
    })

    it('refuses a summary after the generation changed, the lease was lost, or another one came first', async () => {
      await append(bob, 'm1', 'm2', 'm3', 'm4')
      const old = await claim(bob)
      await store.replaceContext(bob, {
        id: 'E',
        context: 'edited',
        tokens: 1,
        source: 'person',
        createdAt: 8,
      })
      expect(await summarise(bob, 'S1', 'm2', 'E', old)).toBe(false)
      const fresh = await claim(bob)
      expect(await summarise(bob, 'S1', 'm2', null, fresh)).toBe(false)
      expect(await summarise(bob, 'S1', 'gone', 'E', fresh)).toBe(false)
      expect(await summarise(eve, 'S1', 'm2', 'E', fresh)).toBe(false)
      expect(await summarise(bob, 'S1', 'm2', 'E', { ...fresh, lease: 'stolen' })).toBe(false)
      expect(await summarise(bob, 'S1', 'm2', 'E', fresh)).toBe(true)
    })

    it('undoes a summary together with those that grew from it', async () => {
      await append(bob, 'm1', 'm2', 'm3', 'm4')
      await summarise(bob, 'S1', 'm1', null)
      await summarise(bob, 'S2', 'm2', 'S1')
      expect(await store.deleteSummary(eve, 'S1')).toBe(false)
      expect(await store.deleteSummary(bob, 'S1')).toBe(true)
      expect(await windowOf(bob)).toEqual(['m1', 'm2', 'm3', 'm4'])
    })

    it('forgets a message: its children move up, summaries that covered it go, earlier ones stay', async () => {
      await append(bob, 'm1', 'm2', 'm3', 'm4', 'm5')
      await summarise(bob, 'S1', 'm1', null)
      await summarise(bob, 'S2', 'm3', 'S1')
      const { generation } = (await store.getSession(bob)) ?? { generation: 0 }
      expect(await store.forgetMessage(bob, 'm2')).toBe(true)
      expect(await pathOf(bob)).toEqual(['m1', 'm3', 'm4', 'm5'])
      expect(await windowOf(bob)).toEqual(['m3', 'm4', 'm5'])
      expect((await store.getWindow(bob)).summary?.id).toBe('S1')
      expect((await store.getSession(bob))?.generation).toBeGreaterThan(generation)
      const hits = await store.searchPath(bob, { headId: 'm5', terms: ['m2'], throughPosition: 99, limit: 9 })
      expect(hits).toEqual([])
      await store.forgetMessage(bob, 'm5')
      expect(await pathOf(bob)).toEqual(['m1', 'm3', 'm4'])
      await append(bob, 'm6')
      expect(await pathOf(bob)).toEqual(['m1', 'm3', 'm4', 'm6'])
      expect(await store.audit(bob)).toEqual({ messages: 4, summarised: 1, window: 3, lost: 0, doubled: 0 })
    })

    it('keeps a context that was set before anything was folded', async () => {
      await append(bob, 'm1', 'm2', 'm3')
      await store.replaceContext(bob, {
        id: 'C',
        context: 'given',
        tokens: 1,
        source: 'client',
        createdAt: 8,
      })
      expect((await store.getWindow(bob)).summary?.context).toBe('given')
      expect(await windowOf(bob)).toEqual(['m1', 'm2', 'm3'])
      await summarise(bob, 'S1', 'm2', 'C')
      expect(await store.audit(bob)).toEqual({ messages: 3, summarised: 2, window: 1, lost: 0, doubled: 0 })
    })
  })

  describe(`${name}: jobs`, () => {
    it('gives a job to one holder at a time, and to another when the lease ran out', async () => {
      await store.appendMessages(bob, [said('m1')], { jobs: [{ kind: 'compaction', dueAt: 10 }] })
      expect(await store.nextJobAt()).toBe(10)
      expect(await store.claimJob({ now: 9, leaseMs: 100, lease: 'A' })).toBeNull()
      const first = await store.claimJob({ now: 10, leaseMs: 100, lease: 'A' })
      expect(first).toMatchObject({ ref: bob, kind: 'compaction', attempts: 0, lease: 'A' })
      expect(await store.claimJob({ now: 50, leaseMs: 100, lease: 'B' })).toBeNull()
      expect(await store.nextJobAt()).toBe(110)
      const second = await store.claimJob({ now: 110, leaseMs: 100, lease: 'B' })
      if (!first || !second) throw new Error('expected two claims')
      expect(await store.renewJob(first, 500)).toBe(false)
      expect(await store.renewJob(second, 500)).toBe(true)
      await store.finishJob(first)
      expect(await store.nextJobAt()).toBe(500)
      await store.finishJob(second)
      expect(await store.nextJobAt()).toBeNull()
    })

    it('runs again when it was asked for while it ran', async () => {
      await append(bob, 'm1')
      await store.enqueueJob(bob, { kind: 'compaction', dueAt: 5 })
      const job = await store.claimJob({ now: 5, leaseMs: 100, lease: 'A' })
      await store.enqueueJob(bob, { kind: 'compaction', dueAt: 6 })
      if (job) await store.finishJob(job)
      expect(await store.claimJob({ now: 6, leaseMs: 100, lease: 'B' })).not.toBeNull()
    })

    it('waits after a failure, and a new request does not shorten the pause', async () => {
      await append(bob, 'm1')
      await store.enqueueJob(bob, { kind: 'compaction', dueAt: 5 })
      const job = await store.claimJob({ now: 5, leaseMs: 100, lease: 'A' })
      if (job) await store.failJob(job, { dueAt: 1000, error: 'no' })
      await store.enqueueJob(bob, { kind: 'compaction', dueAt: 6 })
      expect(await store.nextJobAt()).toBe(1000)
      expect(await store.claimJob({ now: 1000, leaseMs: 100, lease: 'B' })).toMatchObject({ attempts: 1 })
    })

    it('leaves the jobs of a deleted session alone', async () => {
      await store.appendMessages(bob, [said('m1')], { jobs: [{ kind: 'compaction', dueAt: 1 }] })
      await store.deleteSession(bob, 2)
      expect(await store.claimJob({ now: 5, leaseMs: 100, lease: 'A' })).toBeNull()
      expect(await store.nextJobAt()).toBeNull()
    })
  })

  describe(`${name}: runs`, () => {
    it('makes the message, the empty reply and the run durable at once', async () => {
      const { run, replayed } = await store.beginTurn(bob, send('q', 'a'))
      expect(replayed).toBe(false)
      expect(run).toMatchObject({ messageId: 'a', promptId: 'q', status: 'running', mode: 'reply' })
      const { messages, session } = await store.listPath(bob, { limit: 9 })
      expect(messages.map(({ id, role, status }) => [id, role, status])).toEqual([
        ['q', 'user', 'complete'],
        ['a', 'assistant', 'streaming'],
      ])
      expect(session).toMatchObject({ title: 'A chat', headId: 'a' })
    })

    it('answers a repeated turn with its first run, and refuses its ids for other text', async () => {
      const first = await store.beginTurn(bob, send('q', 'a'))
      const again = await store.beginTurn(bob, send('q', 'a'))
      expect(again).toMatchObject({ replayed: true, run: { id: first.run.id } })
      await expect(store.beginTurn(bob, send('q', 'a', null, 'other'))).rejects.toMatchObject({
        code: 'conflict',
      })
      await expect(store.beginTurn(bob, send('q', 'b'))).rejects.toMatchObject({ code: 'conflict' })
      await expect(store.beginTurn(bob, send('p', 'a'))).rejects.toMatchObject({ code: 'conflict' })
      expect(await pathOf(bob)).toEqual(['q', 'a'])
    })

    it('puts the turns of two tabs in one line, and runs them one after the other', async () => {
      await reply(bob, send('q0', 'a0'))
      const left = (await store.beginTurn(bob, send('q1', 'a1', 'a0'))).run
      const right = (await store.beginTurn(bob, send('q2', 'a2', 'a0'))).run
      expect(await pathOf(bob)).toEqual(['q0', 'a0', 'q1', 'a1', 'q2', 'a2'])
      expect(await store.startRun(right, 7)).toBe('wait')
      expect(await store.startRun(left, 7)).toBe('started')
      await store.finishRun(left, end('complete', 'one'))
      expect(await store.startRun(right, 8)).toBe('started')
      expect((await store.activeRuns(bob)).map((run) => run.id)).toEqual([right.id])
    })

    it('appends under the message that was seen when that is on another branch', async () => {
      await reply(bob, send('q1', 'a1'))
      await reply(bob, turn({ kind: 'regenerate', messageId: 'a1', replyId: 'a1b' }))
      await reply(bob, send('q2', 'a2', 'a1'))
      expect(await pathOf(bob)).toEqual(['q1', 'a1', 'q2', 'a2'])
    })

    it('limits the unfinished runs of a namespace', async () => {
      await store.beginTurn(bob, { ...send('q1', 'a1'), maxActiveRuns: 1 })
      const elsewhere = { namespace: 'bob', sessionId: 's2' }
      const second = { ...send('q2', 'a2'), maxActiveRuns: 1 }
      await expect(store.beginTurn(elsewhere, second)).rejects.toMatchObject({ code: 'too-many-runs' })
      expect(await store.getSession(elsewhere)).toBeNull()
      await store.beginTurn(eve, { ...send('q2', 'a2'), maxActiveRuns: 1 })
    })

    it('refuses a turn in an absent session unless it creates it', async () => {
      const { create: _, ...rest } = send('q', 'a')
      await expect(store.beginTurn(bob, rest)).rejects.toMatchObject({ code: 'not-found' })
      const edit = turn({ kind: 'edit', id: 'x', text: 'x', messageId: 'absent', replyId: 'y' })
      await expect(store.beginTurn(bob, edit)).rejects.toMatchObject({ code: 'not-found' })
      expect(await store.getSession(bob)).toBeNull()
    })

    it('reads the chunk log from any index, across batches', async () => {
      const { run } = await store.beginTurn(bob, send('q', 'a'))
      await store.startRun(run, 6)
      await store.appendChunks(run, { first: 0, chunks: ['c0', 'c1', 'c2'], at: 7 })
      await store.appendChunks(run, { first: 3, chunks: ['c3'], at: 8 })
      await store.appendChunks(run, { first: 4, chunks: [], at: 9 })
      const from = async (index: number) => (await store.readChunks(bob, run.id, index))?.chunks
      expect(await from(0)).toEqual(['c0', 'c1', 'c2', 'c3'])
      expect(await from(2)).toEqual(['c2', 'c3'])
      expect(await from(3)).toEqual(['c3'])
      expect(await from(4)).toEqual([])
      expect(await store.readChunks(eve, run.id, 0)).toBeNull()
      await store.finishRun(run, end('complete', 'done'))
      expect((await store.readChunks(bob, run.id, 4))?.status).toBe('complete')
      await store.pruneChunks(10)
      expect(await from(0)).toEqual([])
    })

    it('tells the process that runs it to stop', async () => {
      const { run } = await store.beginTurn(bob, send('q', 'a'))
      expect(await store.requestStop(eve, run.id)).toBe(false)
      expect((await store.appendChunks(run, { first: 0, chunks: [], at: 7 })).stop).toBe(false)
      expect(await store.requestStop(bob, run.id)).toBe(true)
      expect((await store.appendChunks(run, { first: 0, chunks: [], at: 7 })).stop).toBe(true)
      expect(await store.startRun(run, 7)).toBe('stop')
      await store.finishRun(run, end('stopped', 'half'))
      expect(await store.requestStop(bob, run.id)).toBe(false)
    })

    it('ends a run once, with its text and its jobs', async () => {
      const { run } = await store.beginTurn(bob, send('q', 'a'))
      await store.startRun(run, 6)
      const done = { ...end('complete', 'hello kangaroo'), jobs: [{ kind: 'title' as const, dueAt: 3 }] }
      expect(await store.finishRun(run, done)).toBe(true)
      expect(await store.finishRun(run, end('interrupted', 'late'))).toBe(false)
      expect(await store.getMessage(bob, 'a')).toMatchObject({
        content: 'hello kangaroo',
        status: 'complete',
      })
      expect(await store.nextJobAt()).toBe(3)
      expect(await store.unfinishedRuns()).toEqual([])
      const hits = await store.searchPath(bob, {
        headId: 'a',
        terms: ['kangaroo'],
        throughPosition: 9,
        limit: 1,
      })
      expect(hits.map((hit) => hit.id)).toEqual(['a'])
    })

    it('goes on with the reply that was cut short, and only with that', async () => {
      const { run } = await store.beginTurn(bob, send('q', 'a'))
      await store.finishRun(run, end('interrupted', 'half'))
      const goOn = turn({ kind: 'continue', messageId: 'a' })
      const next = (await store.beginTurn(bob, goOn)).run
      expect(next).toMatchObject({ mode: 'continue', messageId: 'a', promptId: 'q' })
      expect(await store.beginTurn(bob, goOn)).toMatchObject({ replayed: true, run: { id: next.id } })
      await store.finishRun(next, end('complete', 'half and half'))
      await expect(store.beginTurn(bob, goOn)).rejects.toMatchObject({ code: 'conflict' })
    })

    it('stops the runs of a deleted session, and keeps their text for an undo', async () => {
      const { run } = await store.beginTurn(bob, send('q', 'a'))
      await store.startRun(run, 6)
      await store.deleteSession(bob, 7)
      expect((await store.appendChunks(run, { first: 0, chunks: ['c'], at: 8 })).stop).toBe(true)
      expect(await store.readChunks(bob, run.id, 0)).toBeNull()
      expect(await store.finishRun(run, end('stopped', 'so far'))).toBe(true)
      await store.restoreSession(bob)
      expect(await store.getMessage(bob, 'a')).toMatchObject({ content: 'so far', status: 'stopped' })
    })

    it('drops what a purged or forgotten reply still writes', async () => {
      const { run } = await store.beginTurn(bob, send('q', 'a'))
      await store.forgetMessage(bob, 'a')
      expect((await store.appendChunks(run, { first: 0, chunks: ['c'], at: 8 })).stop).toBe(true)
      expect(await store.finishRun(run, end('complete', 'ghost'))).toBe(false)
      expect(await pathOf(bob)).toEqual(['q'])
    })
  })
}
