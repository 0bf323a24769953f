import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeApi } from './openapi.ts'
import { messages, openScene } from './wire.fake.ts'

/** A quick look by default; `npm run fuzz` asks 10,000 times a route. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 300)

const KEY = 'a-key-of-a-program'
/** A fuzz that is turned away at the door tries nothing. */
const SERVED = 0.25

type Schema = {
  type?: string | string[]
  pattern?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
}
type Operation = {
  parameters?: { name: string; in: string; schema: Schema }[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
}
type Description = { paths: Record<string, Record<string, Operation>> }

const { paths } = JSON.parse(describeApi()) as Description
const routes = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => ['get', 'post', 'delete'].includes(method))
    .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method, path, operation })),
)

const hostile = fc.constantFrom(
  '',
  ' ',
  '\0',
  '\ud800',
  '%',
  '%00',
  '%zz',
  '..',
  '/',
  '//',
  '__proto__',
  'constructor',
  "'; DROP TABLE messages; --",
  '"',
  '*',
  'NEAR(',
  'a OR',
  '-1',
  '1e9',
  '9'.repeat(40),
  'NaN',
  'null',
  'undefined',
  '😀'.repeat(200),
  'x'.repeat(700),
)
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: hostile },
)

/** What stands where a schema has a pattern, beside what merely matches it. */
const samples = ['1', '2', '12', '+100', '2026-11-24', '2026-11-24T12:00:00+02:00', '2026-11-24 12:00']

/** Values that fit the schema, and as many that nearly do. */
function near(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: fitting(schema, near) }, { weight: 1, arbitrary: fc.jsonValue() })
}

function fitting(schema: Schema, child = (each: Schema) => fitting(each)): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => fitting(each, child)))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => fitting({ ...schema, type }, child)))
  switch (schema.type) {
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(
        ([name, each]) => [name, child(each)] as const,
      )
      const requiredKeys = child === near ? [] : (schema.required ?? [])
      return fc.record(Object.fromEntries(fields), { requiredKeys })
    }
    case 'array':
      return fc.array(child(schema.items ?? {}), { maxLength: 15 })
    case 'integer':
    case 'number':
      return child === near ? fc.oneof(fc.integer({ min: -2, max: 120 }), fc.double()) : fc.nat({ max: 100 })
    case 'null':
      return fc.constant(null)
    default:
      return schema.pattern ? matching(new RegExp(schema.pattern)) : text
  }
}

function matching(pattern: RegExp): fc.Arbitrary<string> {
  const known = samples.filter((sample) => pattern.test(sample))
  return fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.stringMatching(pattern) },
  )
}

const encoded = fc
  .tuple(text, fc.boolean())
  .map(([value, raw]) => (raw ? value : encodeURIComponent(value.toWellFormed())))

/** As in a server, where others save and summaries are made meanwhile. */
async function goOn(scene: ReturnType<typeof openScene>): Promise<void> {
  for (const id of ['a', 'b', 'c'])
    await scene.get(`/k/${KEY}/sessions/${id}/memory`, { body: { messages: messages(15) } })
  await scene.settle()
}

const fittingWord = (schema: Schema) =>
  fitting(schema).map((value) => encodeURIComponent(String(value).toWellFormed()))

it.each(routes)(
  `$name answers anything, and never with a fault of its own (${RUNS} requests)`,
  { timeout: 600_000 },
  async ({ method, path, operation }) => {
    const scene = openScene({ access: { keys: [{ name: 'program', key: KEY }] } })
    await goOn(scene)
    let asked = 0
    let served = 0
    const schema = operation.requestBody?.content['application/json'].schema
    const parameters = (operation.parameters ?? []).filter((each) => each.in === 'query')
    const request = fc.record({
      id: fc.oneof(fc.constantFrom('a', 'b', 'c'), encoded),
      key: fc.oneof(
        { weight: 8, arbitrary: fc.constant(`/k/${KEY}`) },
        { weight: 1, arbitrary: fc.constantFrom('', '/k/wrong', '//') },
      ),
      prefix: fc.constantFrom('', '/motorhead', '/v1/motorhead', '//'),
      query: fc.oneof(
        fc.array(fc.tuple(fc.constantFrom(...parameters.map(({ name }) => name), 'x'), encoded), {
          maxLength: 4,
        }),
        fc.tuple(...parameters.map(({ name, schema }) => fc.tuple(fc.constant(name), fittingWord(schema)))),
      ),
      body: schema
        ? fc.oneof(
            { weight: 4, arbitrary: fitting(schema).map((value) => JSON.stringify(value)) },
            { weight: 3, arbitrary: near(schema).map((value) => JSON.stringify(value) ?? '') },
            { weight: 1, arbitrary: text },
          )
        : fc.constant(''),
      name: fc.option(text, { freq: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ id, key, prefix, query, body, name }) => {
        const search = query.length > 0 ? `?${query.map(([key, value]) => `${key}=${value}`).join('&')}` : ''
        const { status, body: answer } = await scene.ask(
          key + prefix + path.replace('{session_id}', id) + search,
          {
            method: method.toUpperCase(),
            ...(schema && { body }),
            headers: {
              ...(schema && { 'content-type': 'application/json' }),
              ...(name !== null && { 'idempotency-key': name }),
            },
          },
        )
        expect(status).toBeLessThan(500)
        asked++
        if (status === 200) served++
        if (asked % 50 === 0) await goOn(scene)
        expect(scene.errors).toEqual([])
        const parsed = JSON.parse(answer)
        if (status >= 400)
          expect(parsed).toMatchObject({ error: expect.any(String), message: expect.any(String) })
      }),
      { numRuns: RUNS },
    )
    expect(served / asked).toBeGreaterThan(SERVED)
    await scene.settle()
    await scene.close()
  },
)

it('describes every route, with the schemas that check', () => {
  expect(routes.map(({ name }) => name)).toEqual([
    'GET /',
    'GET /keys/current',
    'GET /sessions',
    'GET /sessions/{session_id}/memory',
    'POST /sessions/{session_id}/memory',
    'DELETE /sessions/{session_id}/memory',
    'POST /sessions/{session_id}/retrieval',
    'GET /sessions/{session_id}/messages',
    'GET /sessions/{session_id}/audit',
    'GET /sessions/{session_id}/summaries',
  ])
  const save = paths['/sessions/{session_id}/memory']?.post?.requestBody?.content['application/json'].schema
  expect(save?.properties?.messages).toMatchObject({ type: 'array', maxItems: 1000 })
  expect(save?.properties?.messages?.items?.properties).toHaveProperty('created_at')
})
