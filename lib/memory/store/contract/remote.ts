import { expect, it } from 'vitest'
import { keyNamespace } from '../key-store.ts'
import type { SessionRef, Store } from '../store.ts'
import { bob, eve, type Scene } from './scene.ts'

export function remoteContract(store: () => Store, scene: Scene): void {
  const { said, append, send, turn, reply, end, summarise } = scene
  const open = async (ref: SessionRef, headId?: string) => {
    const outbox = await store().openOutbox(ref, { limit: 9, ...(headId && { headId }) })
    if (!outbox) throw new Error('expected an outbox')
    const ids = (messages: { id: string }[]) => messages.map(({ id }) => id)
    return { ...outbox, unsent: ids(outbox.unsent), strays: ids(outbox.strays) }
  }
  const deliver = async (ref: SessionRef, ...messageIds: string[]) => {
    await store().beginBatch(ref, { batchId: `b-${messageIds[0]}`, messageIds })
    await store().endBatch(ref, `b-${messageIds[0]}`, 'sent')
  }

  it('names what is not sent yet, in order, until it is sent', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    expect(await open(bob)).toEqual({
      remoteId: 's1',
      isNew: true,
      unsent: ['m1', 'm2', 'm3'],
      strays: [],
      sending: null,
    })
    await store().beginBatch(bob, { batchId: 'A', messageIds: ['m1', 'm2'] })
    const sending = { batchId: 'A', messageIds: ['m1', 'm2'] }
    expect(await open(bob)).toMatchObject({ isNew: true, unsent: ['m1', 'm2', 'm3'], sending })
    await store().endBatch(bob, 'A', 'sent')
    await store().endBatch(bob, 'A', 'returned')
    expect(await open(bob)).toMatchObject({ isNew: false, unsent: ['m3'], sending: null })
    expect((await store().openOutbox(bob, { limit: 1 }))?.unsent).toHaveLength(1)
  })

  it('takes up again what did not arrive, and never what was refused', async () => {
    await append(bob, 'm1', 'm2')
    await open(bob)
    await store().beginBatch(bob, { batchId: 'A', messageIds: ['m1'] })
    await store().endBatch(bob, 'A', 'returned')
    expect(await open(bob)).toMatchObject({ unsent: ['m1', 'm2'], sending: null })
    await store().beginBatch(bob, { batchId: 'B', messageIds: ['m1'] })
    await store().endBatch(bob, 'B', 'refused')
    expect(await open(bob)).toMatchObject({ isNew: true, unsent: ['m2'] })
    expect(await store().listRefused(bob, 9)).toEqual(['m1'])
    expect(await store().listRefused(eve, 9)).toEqual([])
  })

  it('tells what was refused, the newest first, until it is forgotten', async () => {
    await append(bob, 'm1', 'm2', 'm3', 'm4')
    for (const [messageId, outcome] of [
      ['m1', 'refused'],
      ['m2', 'sent'],
      ['m3', 'refused'],
    ] as const) {
      await store().beginBatch(bob, { batchId: messageId, messageIds: [messageId] })
      await store().endBatch(bob, messageId, outcome)
    }
    expect(await store().listRefused(bob, 9)).toEqual(['m3', 'm1'])
    expect(await store().listRefused(bob, 1)).toEqual(['m3'])
    await store().forgetMessage(bob, 'm3')
    expect(await store().listRefused(bob, 9)).toEqual(['m1'])
  })

  it('tells what was sent of another branch from what is unsent of this one', async () => {
    await reply(bob, send('q1', 'a1'))
    await open(bob)
    await deliver(bob, 'q1', 'a1')
    await reply(bob, turn({ kind: 'regenerate', messageId: 'a1', replyId: 'a1b' }))
    expect(await open(bob)).toMatchObject({ unsent: ['a1b'], strays: ['a1'] })
    expect(await open(bob, 'q1')).toMatchObject({ unsent: [], strays: ['a1'] })
    expect(await open(bob, 'a1')).toMatchObject({ unsent: [], strays: [] })
  })

  it('leaves out blank messages, and shows a reply that is still being written', async () => {
    const { run } = await store().beginTurn(bob, send('q1', 'a1'))
    expect((await open(bob)).unsent).toEqual(['q1', 'a1'])
    await store().finishRun(run, end('failed', ' '))
    expect((await open(bob)).unsent).toEqual(['q1'])
  })

  it('does not send what a summary covers when the session comes there', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    await summarise(bob, 'S1', 'm2', null)
    expect((await open(bob)).unsent).toEqual(['m3'])
    await append(bob, 'm4', 'm5')
    await summarise(bob, 'S2', 'm4', 'S1')
    expect((await open(bob)).unsent).toEqual(['m3', 'm4', 'm5'])
  })

  it('leads nobody to the memory of another namespace that uses the same id', async () => {
    await append(bob, 'm1')
    await append(eve, 'm1')
    expect((await open(bob)).remoteId).toBe('s1')
    expect((await open(eve)).remoteId).toBe('eve_s1')
    expect((await open(bob)).remoteId).toBe('s1')
  })

  it('has no outbox of an absent, a deleted and a temporary session', async () => {
    const none = (ref: SessionRef) => store().openOutbox(ref, { limit: 9 })
    expect(await none(bob)).toBeNull()
    await store().appendMessages(bob, [said('m1')], { temporary: true })
    expect(await none(bob)).toBeNull()
    await append(eve, 'm1')
    await store().deleteSession(eve, 5)
    expect(await none(eve)).toBeNull()
    await store().beginBatch(eve, { batchId: 'A', messageIds: ['m1'] })
    expect(await store().listOrphans(9)).toEqual([])
  })

  it('never leads a session of a program to the one of its name there, nor deletes that', async () => {
    const program: SessionRef = { namespace: keyNamespace('k1'), sessionId: 's1' }
    await append(program, 'm1')
    expect(await store().openOutbox(program, { limit: 9 })).toBeNull()
    await store().deleteSession(program, 5)
    await store().purgeDeleted(5)
    expect(await store().listOrphans(9)).toEqual([])
  })

  it('remembers what is to be deleted there, and forgets a forgotten message', async () => {
    await append(bob, 'm1', 'm2')
    await open(bob)
    await store().beginBatch(bob, { batchId: 'A', messageIds: ['m1', 'm2'] })
    await store().forgetMessage(bob, 'm1')
    expect((await open(bob)).sending?.messageIds).toEqual(['m2'])
    await store().deleteSession(bob, 5)
    expect(await store().listOrphans(9)).toEqual([])
    await store().purgeDeleted(5)
    expect(await store().listOrphans(9)).toEqual(['s1'])
    await append(eve, 'm1')
    expect((await open(eve)).remoteId).toBe('eve_s1')
    await store().dropOrphan('s1')
    expect(await store().listOrphans(9)).toEqual([])
  })
}
