import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { NewMessage, SessionRef, Store } from '#lib/memory/store/store.ts'
import { createLibrary, type Library } from './library.ts'

let store: Store
let library: Library
const AT = Date.UTC(2026, 10, 25, 18, 30)

beforeEach(() => {
  store = createSqliteStore(':memory:')
  library = createLibrary({ store, now: () => AT })
})
afterEach(() => store.close())

function say(sessionId: string, title: string, ...texts: string[]) {
  const messages: NewMessage[] = texts.map((content, index) => ({
    id: `${sessionId}-${index}`,
    role: index % 2 === 0 ? 'user' : 'assistant',
    content,
    createdAt: AT + index,
  }))
  return store.appendMessages({ namespace: 'bob', sessionId }, messages, { title })
}
const found = async (query: string, user = 'bob') =>
  (await library.search(user, query)).sessions.map(({ sessionId, messages }) => [
    sessionId,
    ...messages.map(({ id }) => id),
  ])

describe('search', () => {
  it('finds titles and messages by all words, the last one unfinished, and groups them by session', async () => {
    await say('a', 'A trip to Lisbon', 'Where do I sleep?', 'In a small hotel.')
    await say('b', 'Plans', 'I was running late for Lisbon', 'You ran, then.')
    expect(await found('lisb')).toEqual([['a'], ['b', 'b-0']])
    expect(await found('lisbon runni')).toEqual([['b', 'b-0']])
    expect(await found('small hot')).toEqual([['a', 'a-1']])
    expect(await found('lisbon porto')).toEqual([])
    expect(await found('  ')).toEqual([])
    expect(await found('lisbon', 'eve')).toEqual([])
  })

  it('shows at most five messages of a session', async () => {
    await say('a', 'Cats', ...Array.from({ length: 9 }, (_, n) => `cat ${n}`))
    expect((await library.search('bob', 'cat')).sessions[0]?.messages).toHaveLength(5)
  })
})

describe('export', () => {
  it('writes the shown path as a document with a harmless file name', async () => {
    await say('a', '../../etc/“pässwd”: $(rm)', 'Hi, I am Bob.', 'Hello **Bob**.')
    await store.appendMessages(
      { namespace: 'bob', sessionId: 'a' },
      [{ id: 'other', role: 'user', content: 'another branch', createdAt: AT }],
      { parentId: null },
    )
    await store.selectVersion({ namespace: 'bob', sessionId: 'a' }, 'a-0')
    const file = await library.exportSession('bob', 'a', 'markdown')
    expect(file?.name).toBe('etc-pa-sswd-rm-2026-11-25.md')
    expect(file?.body).toBe(
      '# ../../etc/“pässwd”: $(rm)\n\n*Exported from motorhead-chat, 2026-11-25 18:30 UTC*\n\n' +
        '## You\n\n*2026-11-25 18:30 UTC*\n\nHi, I am Bob.\n\n' +
        '## Assistant\n\n*2026-11-25 18:30 UTC*\n\nHello **Bob**.\n',
    )
  })

  it('writes every branch as JSON, and nothing for a stranger', async () => {
    await say('a', 'Title', 'Hi', 'Hello')
    const file = await library.exportSession('bob', 'a', 'json')
    const { sessions } = JSON.parse(file?.body ?? '')
    expect(sessions[0]).toMatchObject({ id: 'a', title: 'Title', headId: 'a-1' })
    expect(sessions[0].messages).toMatchObject([
      { id: 'a-0', parentId: null, role: 'user', text: 'Hi', createdAt: '2026-11-25T18:30:00.000Z' },
      { id: 'a-1', parentId: 'a-0', role: 'assistant', text: 'Hello' },
    ])
    expect(await library.exportSession('eve', 'a', 'json')).toBeNull()
  })

  it('writes all sessions and settings as one valid file, an empty one, too', async () => {
    const read = async () => {
      let text = ''
      for await (const chunk of library.exportAll('bob').chunks) text += chunk
      return JSON.parse(text)
    }
    expect(await read()).toMatchObject({ format: 'motorhead-chat', sessions: [] })
    await store.setSettings('bob', { customInstructions: 'Be "brief".' })
    for (const id of ['a', 'b']) await say(id, id, 'x')
    const { settings, sessions } = await read()
    expect(settings.customInstructions).toBe('Be "brief".')
    expect(sessions.map((session: { id: string }) => session.id).sort()).toEqual(['a', 'b'])
  })
})

describe('import', () => {
  const node = (role: string, text: string, parent: string | null, children: string[]) => ({
    parent,
    children,
    message: {
      author: { role },
      create_time: 1_700_000_000,
      content: { content_type: 'text', parts: [text] },
    },
  })
  const file = [
    {
      conversation_id: 'c1',
      title: 'A trip',
      create_time: 1_700_000_000,
      current_node: 'a',
      mapping: { q: node('user', 'Where to?', null, ['a']), a: node('assistant', 'Porto.', 'q', []) },
    },
  ]

  it('comes in once, to be found, and belongs to the importer alone', async () => {
    const report = await library.importFile('bob', file)
    expect(report).toEqual({
      source: 'chatgpt',
      sessions: { new: 1, grown: 0, present: 0, empty: 0, unreadable: 0 },
      messages: 2,
    })
    expect(await library.importFile('bob', file)).toMatchObject({
      sessions: { new: 0, present: 1 },
      messages: 0,
    })
    expect(await found('porto')).toHaveLength(1)
    expect(await found('porto', 'eve')).toEqual([])
    expect(await library.importFile('eve', file)).toMatchObject({ sessions: { new: 1 } })
  })

  it('of a large file, lets a turn of somebody else get in between; a session in several pieces is one', async () => {
    const line = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, n) => [
          `n${n}`,
          node(n % 2 === 0 ? 'user' : 'assistant', `words ${n}`, n === 0 ? null : `n${n - 1}`, [`n${n + 1}`]),
        ]),
      )
    const large = Array.from({ length: 12 }, (_, n) => ({
      ...file[0],
      conversation_id: `large ${n}`,
      current_node: n === 0 ? 'n2599' : 'n299',
      mapping: line(n === 0 ? 2600 : 300),
    }))
    const order: string[] = []
    const importing = library.importFile('bob', large).then((report) => {
      order.push('import')
      return report
    })
    const turn = async () => {
      while ((await found('words')).length === 0) await new Promise(setImmediate)
      await store.appendMessages({ namespace: 'eve', sessionId: 'hers' }, [
        { id: 'q', role: 'user', content: 'hello', createdAt: AT },
      ])
      order.push('turn')
    }
    await turn()
    const report = await importing
    expect(order).toEqual(['turn', 'import'])
    expect(report).toMatchObject({ sessions: { new: 12, grown: 0 }, messages: 2600 + 11 * 300 })
    expect(await library.importFile('bob', large)).toMatchObject({
      sessions: { new: 0, grown: 0, present: 12 },
      messages: 0,
    })
    const paths = []
    for (const ref of await store.listRefs({ namespace: 'bob', limit: 99 }))
      paths.push((await store.listPath(ref, { limit: 9999 })).messages.map(({ content }) => content))
    const whole = paths.find(({ length }) => length === 2600)
    expect(whole?.at(0)).toBe('words 0')
    expect(whole?.at(-1)).toBe('words 2599')
  })

  it.each(['first', 'last'])(
    'of a chat in several pieces keeps a context from before its messages, with a fold that covers the %s',
    async (covered) => {
      const texts = Array.from({ length: 501 }, (_, n) => `words ${n}`)
      await say('a', 'Long', ...texts)
      const ref = { namespace: 'bob', sessionId: 'a' }
      const root = {
        id: 'root',
        context: 'Bob is a baker.',
        tokens: 4,
        source: 'client',
        createdAt: AT,
      } as const
      await store.replaceContext(ref, root)
      await foldOnto(ref, { baseId: 'root', throughId: covered === 'first' ? 'a-0' : 'a-500' })
      const exported = JSON.parse((await library.exportSession('bob', 'a', 'json'))?.body ?? '')
      expect(await library.importFile('eve', exported)).toMatchObject({ sessions: { new: 1 }, messages: 501 })
      const [copy] = await store.listRefs({ namespace: 'eve', limit: 9 })
      const summaries = copy ? await store.listSummaries(copy) : []
      expect(summaries.map(({ id, baseId }) => [id, baseId]).sort()).toEqual([
        ['fold', 'root'],
        ['root', null],
      ])
    },
  )

  async function foldOnto(ref: SessionRef, summary: { baseId: string; throughId: string }): Promise<void> {
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: AT })
    const job = await store.claimJob({ now: AT, leaseMs: 1, lease: 'L' })
    const rest = { context: 'more', tokens: 1, folded: 1, source: 'llm', model: 'm', createdAt: AT } as const
    const fence = { generation: job?.generation ?? 0, lease: 'L', jobId: job?.id ?? '', currentId: 'root' }
    expect(await store.insertSummary(ref, { id: 'fold', ...summary, ...rest }, fence)).toBe(true)
  }

  it('takes in what was exported here, and all of a file but what is damaged', async () => {
    await say('a', 'Title', 'Hi', 'Hello')
    const exported = JSON.parse((await library.exportSession('bob', 'a', 'json'))?.body ?? '')
    expect(await library.importFile('eve', exported)).toMatchObject({ source: 'motorhead-chat', messages: 2 })
    expect(await found('hello', 'eve')).toHaveLength(1)
    expect(await library.importFile('eve', [...file, { mapping: 1 }])).toMatchObject({
      sessions: { new: 1, unreadable: 1 },
    })
    expect(await found('porto', 'eve')).toHaveLength(1)
    await expect(library.importFile('eve', [{ mapping: 1 }])).rejects.toThrow('Nothing was imported')
  })
})
