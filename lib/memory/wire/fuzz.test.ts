import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeApi } from './openapi.ts'
import { openScene } from './wire.fake.ts'

/** A quick look by default; `npm run fuzz` asks 10,000 times a route. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 300)

type Schema = {
  type?: string | string[]
  properties?: Record<string, Schema>
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

/** Values that fit the schema, and as many that nearly do. */
function near(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: fitting(schema) }, { weight: 1, arbitrary: fc.jsonValue() })
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(
        ([name, each]) => [name, near(each)] as const,
      )
      return fc.record(Object.fromEntries(fields), { requiredKeys: [] })
    }
    case 'array':
      return fc.array(near(schema.items ?? {}), { maxLength: 15 })
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: -2, max: 120 }), fc.double())
    case 'null':
      return fc.constant(null)
    default:
      return text
  }
}

const encoded = fc
  .tuple(text, fc.boolean())
  .map(([value, raw]) => (raw ? value : encodeURIComponent(value.toWellFormed())))

it.each(routes)(
  `$name answers anything, and never with a fault of its own (${RUNS} requests)`,
  { timeout: 600_000 },
  async ({ method, path, operation }) => {
    const scene = openScene()
    const schema = operation.requestBody?.content['application/json'].schema
    const parameters = (operation.parameters ?? []).filter((each) => each.in === 'query')
    const request = fc.record({
      id: fc.oneof(fc.constantFrom('a', 'b', 'c'), encoded),
      prefix: fc.constantFrom('', '/motorhead', '/v1/motorhead', '/k/wrong', '//'),
      query: fc.array(fc.tuple(fc.constantFrom(...parameters.map(({ name }) => name), 'x'), encoded), {
        maxLength: 4,
      }),
      body: schema
        ? fc.oneof(
            { weight: 6, arbitrary: near(schema).map((value) => JSON.stringify(value) ?? '') },
            { weight: 1, arbitrary: text },
          )
        : fc.constant(''),
      name: fc.option(text, { freq: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ id, prefix, query, body, name }) => {
        const search = query.length > 0 ? `?${query.map(([key, value]) => `${key}=${value}`).join('&')}` : ''
        const { status, body: answer } = await scene.ask(prefix + path.replace('{session_id}', id) + search, {
          method: method.toUpperCase(),
          ...(schema && { body }),
          headers: {
            ...(schema && { 'content-type': 'application/json' }),
            ...(name !== null && { 'idempotency-key': name }),
          },
        })
        expect(status).toBeLessThan(500)
        expect(scene.errors).toEqual([])
        const parsed = JSON.parse(answer)
        if (status >= 400)
          expect(parsed).toMatchObject({ error: expect.any(String), message: expect.any(String) })
      }),
      { numRuns: RUNS },
    )
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
