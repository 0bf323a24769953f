import { expect, it } from 'vitest'
import type { SessionRef, Store } from '../store.ts'
import type { SessionTree } from '../transfer.ts'
import { bob, eve, foundIds, type Scene } from './scene.ts'

export function transferContract(store: () => Store, scene: Scene): void {
  const { said, append, turn, send, reply, pathOf, windowOf, claim, summarise } = scene
  const exported = async (ref: SessionRef): Promise<SessionTree> => {
    const tree = await store().exportSession(ref)
    if (!tree) throw new Error('expected a session')
    return tree
  }
  const importInto = (namespace: string, ...trees: SessionTree[]) =>
    store().importSessions(trees.map((tree) => ({ namespace, tree })))

  /** Two questions, the second edited, a regenerated reply, a summary on each branch, a title, a pin. */
  async function wholeTree(): Promise<SessionTree> {
    await reply(bob, send('q1', 'a1'))
    await reply(bob, send('q2', 'a2', 'a1'))
    await summarise(bob, 'S1', 'a1', null)
    await summarise(bob, 'S2', 'q2', 'S1')
    await reply(bob, turn({ kind: 'edit', id: 'q2b', text: 'edited', messageId: 'q2', replyId: 'a2b' }))
    await reply(bob, turn({ kind: 'regenerate', messageId: 'a2b', replyId: 'a2c' }))
    await store().setTitle(bob, 'Named', 'person')
    await store().setPinned(bob, true)
    return exported(bob)
  }

  it('carries a whole tree over: branches, versions, summaries, title, head and times', async () => {
    const { session, ...rest } = await wholeTree()
    const tree = { ...rest, session: { ...session, label: 'ns', moreLabels: ['', 'other'] } }
    expect(tree.session).toMatchObject({ id: 's1', title: 'Named', titleSource: 'person', headId: 'a2c' })
    expect(await importInto('eve', tree)).toEqual([{ ref: eve, outcome: 'new', added: 7, differing: 0 }])
    expect(await exported(eve)).toEqual(tree)
    expect((await exported(bob)).session.label).toBe('')
    for (const ref of [bob, eve]) {
      expect(await pathOf(ref)).toEqual(['q1', 'a1', 'q2b', 'a2c'])
      expect(await windowOf(ref)).toEqual(['q2b', 'a2c'])
      expect(await store().audit(ref)).toMatchObject({ messages: 4, summarised: 2, lost: 0, doubled: 0 })
      await store().selectVersion(ref, 'q2')
      expect(await windowOf(ref)).toEqual(['a2'])
      const { messages } = await store().listPath(ref, { limit: 9 })
      expect(messages[2]?.versions).toEqual(['q2', 'q2b'])
    }
    expect(await foundIds(store(), { ref: eve }, ['q1'])).toEqual(['q1'])
  })

  it('is the same twice as once, also into the session it came from', async () => {
    const tree = await wholeTree()
    for (const namespace of ['bob', 'eve', 'eve']) await importInto(namespace, tree)
    expect(await importInto('eve', tree)).toEqual([{ ref: eve, outcome: 'present', added: 0, differing: 0 }])
    expect(await exported(bob)).toEqual(tree)
    expect(await exported(eve)).toEqual(tree)
  })

  it('adds what a session has grown by, and moves along only where the person stands', async () => {
    await append(bob, 'm1', 'm2')
    await importInto('eve', await exported(bob))
    await append(bob, 'm3', 'm4')
    await summarise(bob, 'S1', 'm3', null)
    expect(await importInto('eve', await exported(bob))).toMatchObject([{ outcome: 'grown', added: 2 }])
    expect(await pathOf(eve)).toEqual(['m1', 'm2', 'm3', 'm4'])
    expect(await windowOf(eve)).toEqual(['m4'])
    await store().appendMessages(eve, [said('own')], { parentId: 'm2' })
    await append(bob, 'm5')
    await importInto('eve', await exported(bob))
    expect(await pathOf(eve)).toEqual(['m1', 'm2', 'own'])
    await store().selectVersion(eve, 'm3')
    expect(await pathOf(eve)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
    expect(await store().audit(eve)).toMatchObject({ messages: 5, lost: 0, doubled: 0 })
  })

  it('keeps what is here: other words under the same id, a new name, a message that was forgotten', async () => {
    await append(bob, 'm1', 'm2', 'm3')
    const before = await exported(bob)
    await append(bob, 'm4')
    await summarise(bob, 'S1', 'm3', null)
    await summarise(bob, 'S2', 'm4', 'S1')
    const after = await exported(bob)
    const changed = before.messages.map((each) => (each.id === 'm1' ? { ...each, content: 'other' } : each))
    await importInto('eve', { ...before, messages: changed })
    await store().setTitle(eve, 'Mine', 'person')
    await store().forgetMessage(eve, 'm2')
    expect(await importInto('eve', after)).toMatchObject([{ outcome: 'grown', added: 1, differing: 1 }])
    expect(await pathOf(eve)).toEqual(['m1', 'm3', 'm4'])
    expect((await store().getMessage(eve, 'm1'))?.content).toBe('other')
    expect((await store().getSession(eve))?.title).toBe('Mine')
    expect(await store().listSummaries(eve)).toEqual([])
    expect(await store().audit(eve)).toMatchObject({ messages: 3, window: 3, lost: 0, doubled: 0 })
  })

  it('writes all sessions or none, and refuses what is no tree', async () => {
    await append(bob, 'm1', 'm2')
    await summarise(bob, 'S1', 'm1', null)
    const tree = await exported(bob)
    const [first, second] = tree.messages
    if (!first || !second) throw new Error('expected two messages')
    const summary = tree.summaries.map((each) => ({ ...each, baseId: 'gone' }))
    for (const bad of [
      { ...tree, messages: [second, first] },
      { ...tree, messages: [first, second, second] },
      { ...tree, session: { ...tree.session, headId: 'gone' } },
      { ...tree, summaries: summary },
      { ...tree, summaries: tree.summaries.map((each) => ({ ...each, throughId: 'gone' })) },
    ]) {
      const other = { ...bad, session: { ...bad.session, id: 's2' } }
      await expect(importInto('eve', tree, other)).rejects.toMatchObject({ code: 'conflict' })
      expect(await store().getSession(eve)).toBeNull()
    }
  })

  it('lets a summary stand for itself whose base is gone', async () => {
    await append(bob, 'm1', 'm2')
    const summary = { id: 'S', throughId: 'm1', baseId: 'gone', context: 'c', tokens: 1, folded: 1 }
    const fence = { ...(await claim(bob)), currentId: null }
    await store().insertSummary(bob, { ...summary, source: 'llm', model: 'm', createdAt: 7 }, fence)
    const tree = await exported(bob)
    expect(tree.summaries).toMatchObject([{ id: 'S', baseId: null }])
    await importInto('eve', tree)
    expect(await store().audit(eve)).toMatchObject({ messages: 2, summarised: 1, lost: 0, doubled: 0 })
  })

  it('lists all sessions for a walk, in one order, without deleted and temporary ones', async () => {
    const ref = (namespace: string, sessionId: string) => ({ namespace, sessionId })
    for (const each of [ref('b', '1'), ref('a', '2'), ref('a', '1'), ref('a', '3')]) await append(each, 'm')
    await store().appendMessages(ref('a', '4'), [said('m')], { temporary: true })
    await store().deleteSession(ref('a', '3'), 5)
    const page = await store().listRefs({ limit: 2 })
    expect(page).toEqual([ref('a', '1'), ref('a', '2')])
    expect(await store().listRefs({ limit: 9, after: ref('a', '2') })).toEqual([ref('b', '1')])
    expect(await store().listRefs({ limit: 9, namespace: 'a' })).toEqual(page)
  })

  it('takes the place of a deleted session, and gives a reply in progress as interrupted', async () => {
    await store().beginTurn(bob, send('q', 'a'))
    const tree = await exported(bob)
    expect(tree.messages.map(({ status }) => status)).toEqual(['complete', 'interrupted'])
    await store().deleteSession(bob, 9)
    expect(await store().exportSession(bob)).toBeNull()
    expect(await importInto('bob', tree)).toMatchObject([{ outcome: 'new', added: 2 }])
    expect(await exported(bob)).toEqual(tree)
    expect(await store().restoreSession(bob)).toBe(false)
    expect(await store().activeRuns(bob)).toEqual([])
    // What the deleted one held beyond the file is as gone as after any other removal.
    expect(await store().scrub()).toBe(true)
    expect(await exported(bob)).toEqual(tree)
  })

  it('asks for the jobs of what it changed', async () => {
    await append(bob, 'm1')
    const tree = await exported(bob)
    const sessions = [{ namespace: 'eve', tree }]
    await store().importSessions(sessions, { jobs: [{ kind: 'compaction', dueAt: 3 }] })
    const job = await store().claimJob({ now: 3, leaseMs: 10, lease: 'A' })
    expect(job?.ref).toEqual(eve)
    if (job) await store().finishJob(job)
    await store().importSessions(sessions, { jobs: [{ kind: 'compaction', dueAt: 3 }] })
    expect(await store().nextJobAt()).toBeNull()
  })
}
