import { isDeepStrictEqual } from 'node:util'
import { type Answer, type Client, numbered } from './client.ts'

/** One thing that a Motörhead does; answers `true`, or what it did instead. */
export type Check = { name: string; run(client: Client, session: string): Promise<true | string> }

const WINDOW = 12
const bodyOf = ({ status, text }: Answer) => `${status} ${text.slice(0, 100)}`
const is = (actual: unknown, expected: unknown): true | string =>
  isDeepStrictEqual(actual, expected) || `got ${JSON.stringify(actual)?.slice(0, 100)}`
const answers = (answer: Answer, status: number): true | string => answer.status === status || bodyOf(answer)
const plain = ({ json }: Answer) => {
  const { messages, context, tokens } = (json ?? {}) as Record<string, unknown>
  return { messages, context, tokens }
}

/** What clients of Motörhead rely on, and what the original's own defects keep it from. */
export const CHECKS: Check[] = [
  {
    name: 'GET / tells the time',
    run: async ({ ask }) => {
      const answer = await ask('/')
      return typeof (answer.json as { now?: unknown })?.now === 'number' || bodyOf(answer)
    },
  },
  {
    name: 'an unknown session is an empty one',
    run: async ({ ask, memoryPath }, session) =>
      is(plain(await ask(memoryPath(session))), { messages: [], context: null, tokens: 0 }),
  },
  {
    name: 'messages come back newest first, with nothing but role and content',
    run: async ({ save, memory }, session) => {
      await save(session, numbered(session, 2))
      await save(session, numbered(session, 2, 3))
      return is((await memory(session)).messages, numbered(session, 4).reverse())
    },
  },
  {
    name: 'roles and contents come back byte for byte',
    run: async ({ save, memory }, session) => {
      const odd = [{ role: 'tool: x', content: 'a: "b"\n\\ 漢字 👩‍👩‍👧 \u2028' }]
      await save(session, odd)
      return is((await memory(session)).messages, odd)
    },
  },
  {
    name: 'GET gives at most the window',
    run: async ({ save, memory }, session) => {
      await save(session, numbered(session, 25))
      const { length } = (await memory(session)).messages
      return length <= WINDOW || `${length} messages`
    },
  },
  {
    name: 'a context is set, kept by null, and emptied by ""',
    run: async ({ save, memory }, session) => {
      const seen: unknown[] = []
      for (const context of ['given', null, '']) {
        await save(session, numbered(session, 1), { context })
        seen.push((await memory(session)).context)
      }
      return is(seen, ['given', 'given', ''])
    },
  },
  {
    name: 'DELETE empties a session, twice too',
    run: async ({ save, remove, memory }, session) => {
      await save(session, numbered(session, 2), { context: 'c' })
      const statuses = [(await remove(session)).status, (await remove(session)).status]
      return is([...statuses, await memory(session)], [200, 200, { messages: [], context: null, tokens: 0 }])
    },
  },
  {
    name: 'sessions of a namespace are listed, oldest activity first, in pages',
    run: async ({ ask, memoryPath }, session) => {
      const ids = ['a', 'b', 'c'].map((letter) => `${session}-${letter}`)
      for (const id of ids) {
        await ask(`${memoryPath(id)}?namespace=${session}`, { body: { messages: numbered(id, 1) } })
        await new Promise((resolve) => setTimeout(resolve, 1100))
      }
      const pages = [1, 2, 3].map((page) => ask(`/sessions?namespace=${session}&size=2&page=${page}`))
      return is(
        (await Promise.all(pages)).map(({ json }) => json),
        [ids.slice(0, 2), ids.slice(2), []],
      )
    },
  },
  {
    name: 'a page of 0, and one of the size 0, are no surprise',
    run: async ({ ask }) => {
      const [page, size] = [await ask('/sessions?page=0'), await ask('/sessions?size=0')]
      return (page.status === 400 && size.status === 400) || `${page.status} and ${size.status}`
    },
  },
  {
    name: 'bad JSON is 400, as JSON that can be read',
    run: async ({ ask, memoryPath }, session) => {
      const answer = await ask(memoryPath(session), { body: '{"messages":["a\\"b"]}' })
      return (
        (answer.status === 400 && typeof (answer.json as { error?: unknown })?.error === 'string') ||
        bodyOf(answer)
      )
    },
  },
  {
    name: 'a save of no messages is no fault',
    run: async ({ save }, session) => answers(await save(session, []), 200),
  },
  {
    name: 'unknown addresses are 404',
    run: async ({ ask }, session) => answers(await ask(`/sessions/${session}/other`), 404),
  },
  {
    name: 'doubled and trailing slashes work',
    run: async ({ ask, save }, session) => {
      await save(session, numbered(session, 1))
      return answers(await ask(`//sessions//${session}/memory/`), 200)
    },
  },
  {
    name: 'ids hold what programs put there',
    run: async ({ save, memory }, session) => {
      for (const id of [`a:b@c+d.e-${session}`, `a b/${session}`, `é漢-${session}`, `a|b*-${session}`]) {
        await save(id, numbered(session, 1))
        if ((await memory(id)).messages.length !== 1) return id
      }
      return true
    },
  },
  {
    name: 'clients of the managed service find their shape',
    run: async ({ ask, save }, session) => {
      await save(session, numbered(session, 1))
      const { json } = await ask(`/v1/motorhead/sessions/${session}/memory`)
      return is((json as { data?: { messages?: unknown } })?.data?.messages, numbered(session, 1))
    },
  },
  {
    name: 'an Idempotency-Key stores a repeated save once',
    run: async ({ ask, memoryPath, memory }, session) => {
      const twice = { body: { messages: numbered(session, 2) }, headers: { 'idempotency-key': session } }
      await ask(memoryPath(session), twice)
      await ask(memoryPath(session), twice)
      return is((await memory(session)).messages.length, 2)
    },
  },
  {
    name: 'retrieval finds a message by its words',
    run: async ({ ask, save }, session) => {
      await save(session, [...numbered(session, 3), { role: 'Human', content: 'the cat is called Tom' }])
      const answer = await ask(`/sessions/${session}/retrieval`, {
        body: { text: 'what is the cat called?' },
      })
      const [best] = Array.isArray(answer.json) ? answer.json : []
      return best?.content === 'the cat is called Tom' || bodyOf(answer)
    },
  },
  {
    name: 'retrieval of a session with | or * in its id reads no other',
    run: async ({ ask, save }, session) => {
      await save(`${session}-other`, [{ role: 'Human', content: 'a canary' }])
      const path = `/sessions/${encodeURIComponent(`${session}-other|*`)}/retrieval`
      const answer = await ask(path, { body: { text: 'canary' } })
      return !answer.text.includes('canary') || bodyOf(answer)
    },
  },
]
