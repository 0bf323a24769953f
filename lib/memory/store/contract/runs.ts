import { expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bob, eve, foundIds, type Scene } from './scene.ts'

export function runsContract(store: () => Store, scene: Scene): void {
  const { turn, send, end, reply, pathOf } = scene

  it('makes the message, the empty reply and the run durable at once', async () => {
    const { run, replayed } = await store().beginTurn(bob, send('q', 'a'))
    expect(replayed).toBe(false)
    expect(run).toMatchObject({ messageId: 'a', promptId: 'q', status: 'running', mode: 'reply' })
    const { messages, session } = await store().listPath(bob, { limit: 9 })
    expect(messages.map(({ id, role, status }) => [id, role, status])).toEqual([
      ['q', 'user', 'complete'],
      ['a', 'assistant', 'streaming'],
    ])
    expect(session).toMatchObject({ title: 'A chat', headId: 'a' })
  })

  it('answers a repeated turn with its first run, and refuses its ids for other text', async () => {
    const first = await store().beginTurn(bob, send('q', 'a'))
    const again = await store().beginTurn(bob, send('q', 'a'))
    expect(again).toMatchObject({ replayed: true, run: { id: first.run.id } })
    await expect(store().beginTurn(bob, send('q', 'a', null, 'other'))).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(store().beginTurn(bob, send('q', 'b'))).rejects.toMatchObject({ code: 'conflict' })
    await expect(store().beginTurn(bob, send('p', 'a'))).rejects.toMatchObject({ code: 'conflict' })
    expect(await pathOf(bob)).toEqual(['q', 'a'])
  })

  it('puts the turns of two tabs in one line, and runs them one after the other', async () => {
    await reply(bob, send('q0', 'a0'))
    const left = (await store().beginTurn(bob, send('q1', 'a1', 'a0'))).run
    const right = (await store().beginTurn(bob, send('q2', 'a2', 'a0'))).run
    expect(await pathOf(bob)).toEqual(['q0', 'a0', 'q1', 'a1', 'q2', 'a2'])
    expect(await store().startRun(right, 7)).toBe('wait')
    expect(await store().startRun(left, 7)).toBe('started')
    await store().finishRun(left, end('complete', 'one'))
    expect(await store().startRun(right, 8)).toBe('started')
    expect((await store().activeRuns(bob)).map((run) => run.id)).toEqual([right.id])
  })

  it('appends under the message that was seen when that is on another branch', async () => {
    await reply(bob, send('q1', 'a1'))
    await reply(bob, turn({ kind: 'regenerate', messageId: 'a1', replyId: 'a1b' }))
    await reply(bob, send('q2', 'a2', 'a1'))
    expect(await pathOf(bob)).toEqual(['q1', 'a1', 'q2', 'a2'])
  })

  it('limits the unfinished runs of a namespace', async () => {
    await store().beginTurn(bob, { ...send('q1', 'a1'), maxActiveRuns: 1 })
    const elsewhere = { namespace: 'bob', sessionId: 's2' }
    const second = { ...send('q2', 'a2'), maxActiveRuns: 1 }
    await expect(store().beginTurn(elsewhere, second)).rejects.toMatchObject({ code: 'too-many-runs' })
    expect(await store().getSession(elsewhere)).toBeNull()
    await store().beginTurn(eve, { ...send('q2', 'a2'), maxActiveRuns: 1 })
  })

  it('limits them exactly, also when they are asked for at once', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) =>
        store().beginTurn({ ...bob, sessionId: `s${n}` }, { ...send(`q${n}`, `a${n}`), maxActiveRuns: 3 }),
      ),
    )
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(await store().unfinishedRuns()).toHaveLength(3)
  })

  it('gives turns that come at once one order', async () => {
    const turns = Array.from({ length: 6 }, (_, n) => send(`q${n}`, `a${n}`))
    const begun = await Promise.all(turns.map((turn) => store().beginTurn(bob, turn)))
    expect(begun.filter(({ run }) => run.status === 'running')).toHaveLength(1)
    const { messages } = await store().listPath(bob, { limit: 99 })
    expect(messages.map(({ role }) => role).join(' ')).toBe('user assistant '.repeat(6).trim())
  })

  it('refuses a turn in an absent session unless it creates it', async () => {
    const { create: _, ...rest } = send('q', 'a')
    await expect(store().beginTurn(bob, rest)).rejects.toMatchObject({ code: 'not-found' })
    const edit = turn({ kind: 'edit', id: 'x', text: 'x', messageId: 'absent', replyId: 'y' })
    await expect(store().beginTurn(bob, edit)).rejects.toMatchObject({ code: 'not-found' })
    expect(await store().getSession(bob)).toBeNull()
  })

  it('reads the chunk log from any index, across batches', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    await store().startRun(run, 6)
    await store().appendChunks(run, { first: 0, chunks: ['c0', 'c1', 'c2'], at: 7 })
    await store().appendChunks(run, { first: 3, chunks: ['c3'], at: 8 })
    await store().appendChunks(run, { first: 4, chunks: [], at: 9 })
    const from = async (index: number) => (await store().readChunks(bob, run.id, index))?.chunks
    expect(await from(0)).toEqual(['c0', 'c1', 'c2', 'c3'])
    expect(await from(2)).toEqual(['c2', 'c3'])
    expect(await from(3)).toEqual(['c3'])
    expect(await from(4)).toEqual([])
    expect(await store().readChunks(eve, run.id, 0)).toBeNull()
    await store().finishRun(run, end('complete', 'done'))
    expect((await store().readChunks(bob, run.id, 4))?.status).toBe('complete')
    await store().pruneChunks(10)
    expect(await from(0)).toEqual([])
  })

  it('tells the process that runs it to stop', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    expect(await store().requestStop(eve, run.id)).toBe(false)
    expect((await store().appendChunks(run, { first: 0, chunks: [], at: 7 })).stop).toBe(false)
    expect(await store().requestStop(bob, run.id)).toBe(true)
    expect((await store().appendChunks(run, { first: 0, chunks: [], at: 7 })).stop).toBe(true)
    expect(await store().startRun(run, 7)).toBe('stop')
    await store().finishRun(run, end('stopped', 'half'))
    expect(await store().requestStop(bob, run.id)).toBe(false)
  })

  it('ends a run once, with its text and its jobs', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    await store().startRun(run, 6)
    const done = { ...end('complete', 'hello kangaroo'), jobs: [{ kind: 'title' as const, dueAt: 3 }] }
    expect(await store().finishRun(run, done)).toBe(true)
    expect(await store().finishRun(run, end('interrupted', 'late'))).toBe(false)
    expect(await store().getMessage(bob, 'a')).toMatchObject({
      content: 'hello kangaroo',
      status: 'complete',
    })
    expect(await store().nextJobAt()).toBe(3)
    expect(await store().unfinishedRuns()).toEqual([])
    expect(await foundIds(store(), { ref: bob }, ['kangaroo'], 1)).toEqual(['a'])
  })

  it('goes on with the reply that was cut short, and only with that', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    await store().finishRun(run, end('interrupted', 'half'))
    const goOn = turn({ kind: 'continue', messageId: 'a' })
    const next = (await store().beginTurn(bob, goOn)).run
    expect(next).toMatchObject({ mode: 'continue', messageId: 'a', promptId: 'q' })
    expect(await store().beginTurn(bob, goOn)).toMatchObject({ replayed: true, run: { id: next.id } })
    await store().finishRun(next, end('complete', 'half and half'))
    await expect(store().beginTurn(bob, goOn)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('stops the runs of a deleted session, and keeps their text for an undo', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    await store().startRun(run, 6)
    await store().deleteSession(bob, 7)
    expect((await store().appendChunks(run, { first: 0, chunks: ['c'], at: 8 })).stop).toBe(true)
    expect(await store().readChunks(bob, run.id, 0)).toBeNull()
    expect(await store().finishRun(run, end('stopped', 'so far'))).toBe(true)
    await store().restoreSession(bob)
    expect(await store().getMessage(bob, 'a')).toMatchObject({ content: 'so far', status: 'stopped' })
  })

  it('drops what a purged or forgotten reply still writes', async () => {
    const { run } = await store().beginTurn(bob, send('q', 'a'))
    await store().forgetMessage(bob, 'a')
    expect((await store().appendChunks(run, { first: 0, chunks: ['c'], at: 8 })).stop).toBe(true)
    expect(await store().finishRun(run, end('complete', 'ghost'))).toBe(false)
    expect(await pathOf(bob)).toEqual(['q'])
  })
}
