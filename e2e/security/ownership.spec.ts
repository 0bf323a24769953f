import { expect } from '@playwright/test'
import { type Begun, createPerson, type Person } from './person.ts'
import { apiEndpoints, dynamicPages } from './routes.ts'
import { test } from './target.ts'

type Asked = { path: string; body?: unknown }

const memory = (ids: Begun, rest: string) => `/api/memory/${ids.sessionId}${rest}`

const forMemory: Record<string, (ids: Begun) => Asked[]> = {
  'GET /api/memory/[sessionId]': (ids) => [{ path: memory(ids, '') }],
  'PUT /api/memory/[sessionId]/context': (ids) => [
    { path: memory(ids, '/context'), body: { context: 'taken', basedOn: null } },
  ],
  'POST /api/memory/[sessionId]/rebuild': (ids) => [{ path: memory(ids, '/rebuild') }],
  'POST /api/memory/[sessionId]/retry': (ids) => [{ path: memory(ids, '/retry') }],
  'GET /api/memory/[sessionId]/summaries/[summaryId]': (ids) => [
    { path: memory(ids, `/summaries/${ids.messageId}`) },
  ],
  'DELETE /api/memory/[sessionId]/summaries/[summaryId]': (ids) => [
    { path: memory(ids, `/summaries/${ids.messageId}`) },
  ],
  'POST /api/memory/[sessionId]/summaries/[summaryId]/restore': (ids) => [
    { path: memory(ids, `/summaries/${ids.messageId}/restore`) },
  ],
  'GET /api/memory/[sessionId]/summaries/[summaryId]/facts/[line]': (ids) => [
    { path: memory(ids, `/summaries/${ids.messageId}/facts/0`) },
  ],
  'GET /api/memory/[sessionId]/receipts/[messageId]': (ids) => [
    { path: memory(ids, `/receipts/${ids.replyId}`) },
  ],
  'GET /api/memory/[sessionId]/prompts/[messageId]': (ids) => [
    { path: memory(ids, `/prompts/${ids.replyId}`) },
  ],
  'GET /api/memory/[sessionId]/messages/[messageId]': (ids) => [
    { path: memory(ids, `/messages/${ids.messageId}`) },
  ],
  'DELETE /api/memory/[sessionId]/messages/[messageId]': (ids) => [
    { path: memory(ids, `/messages/${ids.messageId}`) },
  ],
}

/** How to ask each endpoint for somebody's things, by their ids. A new endpoint needs a line here. */
const RECIPES: Record<string, (ids: Begun) => Asked[]> = {
  'POST /api/chat': ({ sessionId, messageId, replyId }) => [
    {
      path: '/api/chat',
      body: { ...fresh(), kind: 'send', sessionId, isNew: false, after: replyId, text: 'x' },
    },
    {
      path: '/api/chat',
      body: { ...fresh(), kind: 'send', sessionId, isNew: false, after: null, text: 'x' },
    },
    { path: '/api/chat', body: { ...fresh(), kind: 'edit', sessionId, messageId, text: 'x' } },
    {
      path: '/api/chat',
      body: { kind: 'regenerate', replyId: crypto.randomUUID(), sessionId, messageId: replyId },
    },
    { path: '/api/chat', body: { kind: 'continue', sessionId, messageId: replyId } },
  ],
  'GET /api/chat/[sessionId]/stream': ({ sessionId, runId }) => [
    { path: `/api/chat/${sessionId}/stream?run=${runId}&from=0` },
  ],
  'POST /api/chat/[sessionId]/stop': ({ sessionId, runId }) => [
    { path: `/api/chat/${sessionId}/stop`, body: { runId } },
  ],
  'GET /api/sessions/[sessionId]': ({ sessionId, messageId }) => [
    { path: `/api/sessions/${sessionId}` },
    { path: `/api/sessions/${sessionId}?after=1` },
    { path: `/api/sessions/${sessionId}?around=${messageId}` },
    { path: `/api/sessions/${sessionId}?before=1` },
  ],
  'PATCH /api/sessions/[sessionId]': ({ sessionId, messageId }) => [
    { path: `/api/sessions/${sessionId}`, body: { title: 'Taken' } },
    { path: `/api/sessions/${sessionId}`, body: { pinned: true } },
    { path: `/api/sessions/${sessionId}`, body: { showVersion: messageId } },
  ],
  'DELETE /api/sessions/[sessionId]': ({ sessionId }) => [{ path: `/api/sessions/${sessionId}` }],
  'POST /api/sessions/[sessionId]/restore': ({ sessionId }) => [
    { path: `/api/sessions/${sessionId}/restore` },
  ],
  'DELETE /api/keys/[keyId]': ({ keyId }) => [{ path: `/api/keys/${keyId}` }],
  'GET /api/sessions/[sessionId]/export': ({ sessionId }) => [
    { path: `/api/sessions/${sessionId}/export?format=markdown` },
    { path: `/api/sessions/${sessionId}/export?format=json` },
  ],
  ...forMemory,
  'GET /s/[sessionId]': ({ sessionId }) => [{ path: `/s/${sessionId}` }],
}

/** Endpoints whose request names nothing of anybody's. */
const NAMELESS = [
  'GET /api/sessions',
  'GET /api/search',
  'GET /api/export',
  'POST /api/import',
  'GET /api/settings',
  'PATCH /api/settings',
  'GET /api/model',
  'POST /api/model/test',
  'GET /api/health',
  'GET /api/keys',
  'GET /api/usage',
  'POST /api/keys',
  'DELETE /api/me',
]

const endpoints = [...apiEndpoints(), ...dynamicPages()].filter(({ name }) => !NAMELESS.includes(name))

test('every endpoint has a recipe, and every recipe an endpoint', () => {
  expect(Object.keys(RECIPES).sort()).toEqual(endpoints.map(({ name }) => name).sort())
})

for (const { method, name, path } of endpoints) {
  test(`${name}: what is another person's answers byte for byte as what is not there`, async ({ target }) => {
    const alice = createPerson(target.origin)
    const theirs = await alice.begin('alice-canary')
    const before = await thingsOf(alice, theirs)
    const bob = createPerson(target.origin)
    const own = await bob.begin('hello')
    // Pages list the asker's sessions: a title that a model makes late would differ between two of them.
    await bob.request(`/api/sessions/${own.sessionId}`, { method: 'PATCH', body: { title: 'Mine' } })
    const nobody = createPerson(target.origin)

    for (const asking of [bob, nobody]) {
      const compare = async () => {
        const foreign = await askAll(asking, method, RECIPES[name]?.(theirs) ?? [], theirs)
        const nowhere = absent()
        const missing = await askAll(asking, method, RECIPES[name]?.(nowhere) ?? [], nowhere)
        expect(foreign.length).toBeGreaterThan(0)
        expect(JSON.stringify(foreign)).not.toContain('alice-canary')
        expect(foreign).toEqual(missing)
      }
      // React numbers the parts of a page in the order in which they happen to be ready: equal once is equal.
      if (path.startsWith('/api/')) await compare()
      else await expect(compare).toPass({ timeout: 60_000 })
    }
    expect(nobody.cookie()).toBe('')
    expect(await thingsOf(alice, theirs)).toEqual(before)
  })
}

test('the owner gets another answer, so that the comparison can fail', async ({ target }) => {
  const alice = createPerson(target.origin)
  const theirs = await alice.begin('alice-canary')
  for (const name of ['GET /api/sessions/[sessionId]', 'GET /s/[sessionId]']) {
    const [own] = await askAll(alice, 'GET', RECIPES[name]?.(theirs) ?? [], theirs)
    const [missing] = await askAll(alice, 'GET', RECIPES[name]?.(absent()) ?? [], absent())
    expect(own?.body).toContain('alice-canary')
    expect(own).not.toEqual(missing)
  }
})

test('ids that somebody else has used already are as good as new ones', async ({ target }) => {
  const alice = createPerson(target.origin)
  const theirs = await alice.begin('alice-canary')
  const before = await thingsOf(alice, theirs)
  const bob = createPerson(target.origin)
  const { sessionId, messageId, replyId } = theirs
  const body = { kind: 'send', sessionId, isNew: true, id: messageId, replyId, after: null, text: 'bob' }
  const answer = await bob.request('/api/chat', { method: 'POST', body })
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('"status":"complete"')
  const view = await (await bob.request(`/api/sessions/${sessionId}`)).text()
  expect(view).toContain('bob')
  expect(view).not.toContain('alice-canary')
  expect(await thingsOf(alice, theirs)).toEqual(before)
})

function fresh() {
  return { id: crypto.randomUUID(), replyId: crypto.randomUUID() }
}

function absent(): Begun {
  const id = () => crypto.randomUUID()
  return {
    sessionId: id(),
    messageId: id(),
    replyId: id(),
    runId: id(),
    keyId: id().replaceAll('-', '').slice(0, 16),
  }
}

async function askAll(person: Person, method: string, asked: Asked[], ids: Begun) {
  return Promise.all(
    asked.map(async ({ path, body }) => comparable(await person.request(path, { method, body }), ids)),
  )
}

/** All that an asker can see, without what differs between any two requests. */
async function comparable(answer: Response, ids: Begun) {
  const headers = Object.fromEntries(answer.headers)
  const nonce = /'nonce-([^']+)'/.exec(headers['content-security-policy'] ?? '')?.[1]
  for (const name of ['date', 'etag', 'content-length']) delete headers[name]
  let text = `${JSON.stringify(headers)}\n${await answer.text()}`
  if (nonce) text = text.replaceAll(nonce, 'NONCE')
  text = text.replaceAll(/\\"now\\":\d+/g, 'NOW')
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(id, name.toUpperCase())
  return { status: answer.status, body: text }
}

/** The title may arrive late, made by a model in the background; everything else must stay as it is. */
async function thingsOf(person: Person, { sessionId }: Begun) {
  const view = await (await person.request(`/api/sessions/${sessionId}`)).json()
  expect(JSON.stringify(view)).toContain('alice-canary')
  expect(view.session.title).not.toBe('Taken')
  return view.messages
}
