import { describe, expect, it } from 'vitest'
import { readImport } from './read-import.ts'

type Node = { parent: string | null; children: string[]; message: unknown }

const message = (role: string, text: unknown, more: object = {}) => ({
  author: { role },
  create_time: 1_700_000_000.5,
  content: { content_type: 'text', parts: [text] },
  ...more,
})
const conversation = (mapping: Record<string, Node>, more: object = {}) => ({
  conversation_id: 'c1',
  title: 'Title',
  create_time: 1_700_000_000,
  update_time: 1_700_000_100,
  current_node: null,
  mapping,
  ...more,
})
const textsOf = (file: unknown) =>
  readImport(file).trees.map(({ messages, session }) => {
    const byId = new Map(messages.map(({ id, content }) => [id, content]))
    return {
      head: session.headId && byId.get(session.headId),
      said: messages.map(({ role, content, parentId }) => [role, content, byId.get(parentId ?? '') ?? null]),
    }
  })

describe('a ChatGPT export', () => {
  it('keeps what was said to each other, as a tree, and passes over the rest', () => {
    const file = [
      conversation(
        {
          root: { parent: null, children: ['sys'], message: null },
          sys: { parent: 'root', children: ['q'], message: message('system', 'be nice') },
          q: { parent: 'sys', children: ['call', 'other'], message: message('user', 'a question') },
          call: {
            parent: 'q',
            children: ['result'],
            message: message('assistant', 'search(x)', { recipient: 'browser' }),
          },
          result: { parent: 'call', children: ['a'], message: message('tool', 'found') },
          a: { parent: 'result', children: [], message: message('assistant', 'an answer') },
          other: { parent: 'q', children: ['hidden'], message: message('assistant', 'another answer') },
          hidden: {
            parent: 'other',
            children: [],
            message: message('user', 'hidden', { metadata: { is_visually_hidden_from_conversation: true } }),
          },
        },
        { current_node: 'hidden' },
      ),
    ]
    expect(textsOf(file)).toEqual([
      {
        head: 'another answer',
        said: [
          ['user', 'a question', null],
          ['assistant', 'another answer', 'a question'],
          ['assistant', 'an answer', 'a question'],
        ],
      },
    ])
  })

  it('survives circles, orphans, hostile names and texts that cannot be stored', () => {
    const file = JSON.parse(
      JSON.stringify([
        conversation({
          a: { parent: 'gone', children: ['b', '__proto__'], message: message('user', 'one\u0000 \ud800') },
          b: { parent: 'a', children: ['a', 'b'], message: message('assistant', { image: 1 }) },
          extra: { parent: 'a', children: [], message: message('user', 'hostile') },
          loop1: { parent: 'loop2', children: ['loop2'], message: message('user', 'never') },
          loop2: { parent: 'loop1', children: ['loop1'], message: message('user', 'never') },
        }),
      ]).replace('"extra":', '"__proto__":'),
    )
    expect(textsOf(file)).toEqual([{ head: 'one \ufffd', said: [['user', 'one \ufffd', null]] }])
  })

  it('holds a line of 20,000 messages', () => {
    const mapping: Record<string, Node> = {}
    for (let n = 0; n < 20_000; n++) {
      mapping[`m${n}`] = {
        parent: n === 0 ? null : `m${n - 1}`,
        children: n < 19_999 ? [`m${n + 1}`] : [],
        message: message(n % 2 ? 'assistant' : 'user', `text ${n}`),
      }
    }
    expect(readImport([conversation(mapping)]).trees[0]?.messages).toHaveLength(20_000)
  })

  it('makes the same ids of the same file, others of another conversation, all of them UUIDs', () => {
    const mapping = { a: { parent: null, children: [], message: message('user', 'x') } }
    const [first, again, other] = ['c1', 'c1', 'c2'].map(
      (id) => readImport([conversation(mapping, { conversation_id: id })]).trees[0],
    )
    expect(again).toEqual(first)
    expect(other?.session.id).not.toBe(first?.session.id)
    expect(other?.messages[0]?.id).not.toBe(first?.messages[0]?.id)
    for (const id of [first?.session.id, first?.messages[0]?.id])
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('takes a conversation that stands twice once, and counts empty ones', () => {
    const mapping = { a: { parent: null, children: [], message: message('user', 'x') } }
    const { trees, empty } = readImport([
      conversation(mapping),
      conversation(mapping),
      conversation({}, { conversation_id: 'c9' }),
    ])
    expect([trees.length, empty]).toEqual([1, 1])
  })
})

describe('a Claude export', () => {
  const said = (uuid: string, sender: string, text: string, more: object = {}) => ({
    uuid,
    sender,
    text,
    created_at: '2025-03-01T10:00:00.123456Z',
    ...more,
  })
  const chat = (...chat_messages: object[]) => ({
    uuid: 'u1',
    name: '',
    created_at: '2025-03-01T10:00:00Z',
    updated_at: '2025-03-01T11:00:00Z',
    chat_messages,
  })

  it('is a line without parents, and a tree with them', () => {
    expect(
      textsOf([chat(said('1', 'human', 'a'), said('2', 'assistant', ''), said('3', 'human', 'c'))]),
    ).toEqual([
      {
        head: 'c',
        said: [
          ['user', 'a', null],
          ['user', 'c', 'a'],
        ],
      },
    ])
    const parent = (parent_message_uuid: string) => ({ parent_message_uuid })
    const file = [
      chat(
        said('1', 'human', 'a', parent('00000000-0000-4000-8000-000000000000')),
        said('2', 'assistant', 'b', parent('1')),
        said('3', 'assistant', 'b2', parent('1')),
      ),
    ]
    expect(textsOf(file)[0]?.said.map(([, text, above]) => [text, above])).toEqual([
      ['a', null],
      ['b', 'a'],
      ['b2', 'a'],
    ])
  })

  it('takes the words of its blocks, and a title of its first words when it has none', () => {
    const content = [
      { type: 'thinking', text: 'hm' },
      { type: 'text', text: 'one' },
      { type: 'tool_use', name: 'x' },
      { type: 'text', text: 'two' },
    ]
    const [tree] = readImport([chat(said('1', 'human', 'shown', { content }))]).trees
    expect(tree?.messages[0]?.content).toBe('one\n\ntwo')
    expect(tree?.session.title).toBe('one two')
  })
})

describe('an export of this app', () => {
  const said = (id: string, parentId: string | null) => ({
    id,
    parentId,
    role: 'user',
    text: 'x',
    createdAt: '2026-11-25T00:00:00.000Z',
  })
  const summary = { text: 'x', tokens: 1, folded: 1, source: 'llm', model: null }
  const chat = (more: object) => ({
    id: 's',
    title: 'Title',
    headId: null,
    createdAt: '2026-11-25T00:00:00.000Z',
    updatedAt: '2026-11-25T00:00:00.000Z',
    messages: [said('1', null), said('2', '1')],
    ...more,
  })
  const archive = (...sessions: object[]) => ({
    format: 'motorhead-chat',
    version: 1,
    exportedAt: '2026-11-25T00:00:00.000Z',
    sessions,
  })

  it.each<[string, object]>([
    ['a message before the one that it follows', { messages: [said('canary', '1'), said('1', null)] }],
    ['a message twice', { messages: [said('canary', null), said('canary', null)] }],
    ['an end that is not there', { headId: 'canary' }],
    [
      'a summary of a message that is not there',
      {
        summaries: [
          { ...summary, id: 's', throughId: 'canary', baseId: null, createdAt: '2026-11-25T00:00:00.000Z' },
        ],
      },
    ],
  ])('with %s is refused with a sentence that says which chat it is', (_, broken) => {
    expect(readImport(archive(chat({}))).trees).toHaveLength(1)
    const file = archive(chat({}), chat({ id: 'canary', ...broken }))
    expect(() => readImport(file)).toThrow(expect.objectContaining({ name: 'ImportError' }))
    expect(() => readImport(file)).toThrow(/^Chat 2 in the file .* Nothing was imported\.$/)
    expect(() => readImport(file)).not.toThrow(/canary/)
  })
})

describe('anything else', () => {
  it('is refused with a sentence that quotes nothing of it', () => {
    for (const file of [
      {},
      [],
      [1],
      { secret: 'canary' },
      [{ mapping: 'canary' }],
      [{ chat_messages: 'canary' }],
    ]) {
      expect(() => readImport(file)).toThrow(/export/)
      expect(() => readImport(file)).not.toThrow(/canary/)
    }
  })

  it('is refused when it is more than can be taken in at once', () => {
    const messages = Array.from({ length: 100_001 }, (_, n) => ({
      uuid: `${n}`,
      sender: 'human',
      text: 'x',
      created_at: '2025-03-01T10:00:00Z',
    }))
    const file = [{ uuid: 'u', created_at: '2025-03-01T10:00:00Z', chat_messages: messages }]
    expect(() => readImport(file)).toThrow(/100,001 messages; at most/)
  })
})
