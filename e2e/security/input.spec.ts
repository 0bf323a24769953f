import { expect } from '@playwright/test'
import fc from 'fast-check'
import { createPerson, firstMessage } from './person.ts'
import { apiEndpoints } from './routes.ts'
import { test } from './target.ts'

const BODIES = 300

const good = firstMessage('x')
const hostile = fc.oneof(
  fc.constantFrom(
    '\0',
    '\ud800',
    '../../..',
    '__proto__',
    '%00',
    '',
    ' ',
    'x'.repeat(5000),
    '\u202e',
    "'; DROP TABLE sessions",
  ),
  fc.string({ unit: 'binary' }),
)
const value = fc.oneof(hostile, fc.jsonValue(), fc.uuid(), fc.boolean(), fc.constant(null))
const fields = [
  ...Object.keys(good),
  'messageId',
  'runId',
  'title',
  'showVersion',
  '__proto__',
  'constructor',
  'role',
]

/** Anything, and things that are almost right: those get furthest. */
const body = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.dictionary(fc.constantFrom(...fields), value).map((object) => JSON.stringify(object)),
  fc
    .tuple(fc.constantFrom('send', 'edit', 'regenerate', 'continue'), fc.constantFrom(...fields), value)
    .map(([kind, field, odd]) => JSON.stringify({ ...good, kind, messageId: good.id, [field]: odd })),
)

for (const { name, method, path } of apiEndpoints().filter((endpoint) => endpoint.method !== 'GET')) {
  test(`${name} answers ${BODIES} random bodies with 4xx at worst, in JSON`, async ({ target }) => {
    const person = createPerson(target.origin)
    const address = path.replaceAll(/\[[^\]]+\]/g, crypto.randomUUID())
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const answer = await person.request(address, { method, body: text })
        await expectDecent(answer)
      }),
      { numRuns: BODIES },
    )
    expect(await (await fetch(`${target.origin}/api/health`)).json()).toEqual({ status: 'ok' })
  })
}

test('odd addresses and parameters are refused decently', async ({ target }) => {
  const person = createPerson(target.origin)
  await person.begin('hello')
  const part = fc
    .oneof(hostile, fc.uuid(), fc.webSegment())
    .map((text) => encodeURIComponent(text.toWellFormed()))
  const query = fc.webQueryParameters()
  const paths = apiEndpoints().filter(({ method }) => method === 'GET')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), part, query, async ({ path }, id, parameters) => {
      const address = path.replaceAll(/\[[^\]]+\]/g, id)
      await expectDecent(await person.request(`${address}?${parameters}`))
    }),
    { numRuns: BODIES },
  )
  for (const address of [
    '/%E0%A4%A',
    '/api/sessions/%',
    '/api/sessions/%00',
    '/s/%00',
    '/api/sessions/%2e%2e',
  ]) {
    expect((await person.request(address)).status, address).toBeLessThan(500)
  }
})

test('a message that is too long is refused with how long it may be', async ({ target }) => {
  const answer = await createPerson(target.origin).request('/api/chat', {
    method: 'POST',
    body: firstMessage('a'.repeat(100_001)),
  })
  expect(answer.status).toBe(413)
  expect((await answer.json()).error.message).toContain('100,000 characters')
})

test('no secret and no text of a person is in the log', async ({ target }) => {
  const person = createPerson(target.origin)
  await person.begin('text-canary')
  await person.request('/api/chat', {
    method: 'POST',
    body: { ...firstMessage('text-canary'), role: 'text-canary' },
  })
  for (const canary of ['text-canary', 'sk-canary-key', person.cookie().split('=')[1] ?? '']) {
    expect(target.log()).not.toContain(canary)
  }
})

async function expectDecent(answer: Response): Promise<void> {
  const text = await answer.text()
  expect(answer.status, text).toBeLessThan(500)
  if (answer.status < 400) return
  // Next answers 404 itself where an odd id makes the address match no route of ours.
  if (answer.status === 404 && answer.headers.get('content-type')?.startsWith('text/html')) return
  expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
}
