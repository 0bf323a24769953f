import { z } from 'zod'
import {
  answers,
  listQuery,
  logQuery,
  memoryQuery,
  retrievalBody,
  retrievalQuery,
  saveBody,
  saveQuery,
} from './schema.ts'

type Json = Record<string, unknown>
type Operation = {
  summary: string
  answer: z.ZodType
  query?: z.ZodObject
  body?: z.ZodType
  headers?: string[]
}

const SESSION = '/sessions/{session_id}'

/** Every route, and what it takes and gives, as the schemas have it that check it. */
const ROUTES: Record<string, Partial<Record<'get' | 'post' | 'delete', Operation>>> = {
  '/': { get: { summary: 'Whether it is up, and its time', answer: answers.health } },
  '/keys/current': { get: { summary: 'Whether the key is valid', answer: answers.key } },
  '/sessions': { get: { summary: 'Ids of the sessions', query: listQuery, answer: answers.ids } },
  [`${SESSION}/memory`]: {
    get: { summary: 'The window and the summary', query: memoryQuery, answer: answers.memory },
    post: {
      summary: 'Save messages: durable when it is answered',
      query: saveQuery,
      body: saveBody,
      headers: ['Idempotency-Key'],
      answer: answers.ok,
    },
    delete: { summary: 'Remove the session for good', query: saveQuery, answer: answers.ok },
  },
  [`${SESSION}/retrieval`]: {
    post: {
      summary: 'The messages that a text asks for',
      query: retrievalQuery,
      body: retrievalBody,
      answer: answers.retrieved,
    },
  },
  [`${SESSION}/messages`]: {
    get: { summary: 'The whole log, oldest first', query: logQuery, answer: answers.log },
  },
  [`${SESSION}/audit`]: {
    get: { summary: 'Where every message is, counted', answer: answers.audit },
  },
  [`${SESSION}/summaries`]: {
    get: { summary: 'Every summary, newest first', answer: answers.summaries },
  },
}

let described: string | undefined

/** The description of the API as OpenAPI 3.1, made once. */
export function describeApi(): string {
  described ??= JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'Motörhead memory',
      version: '1',
      description:
        'The API of Motörhead, and what motorhead-chat adds to it. It is served at these addresses, under /motorhead and under /v1/motorhead (there lists stand under "data"), each also behind /k/{key}.',
    },
    servers: [{ url: '/' }, { url: '/motorhead' }, { url: '/v1/motorhead' }],
    security: [{}, { bearer: [] }, { metal: [] }],
    paths: Object.fromEntries(
      Object.entries(ROUTES).map(([path, methods]) => [path, pathItem(path, methods)]),
    ),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        metal: { type: 'apiKey', in: 'header', name: 'x-metal-api-key' },
      },
      schemas: { Error: jsonSchema(answers.error, 'output') },
    },
  })
  return described
}

function pathItem(path: string, methods: (typeof ROUTES)[string]): Json {
  const parameters = path.includes('{session_id}')
    ? {
        parameters: [
          { name: 'session_id', in: 'path', required: true, schema: { type: 'string', maxLength: 512 } },
        ],
      }
    : {}
  const operations = Object.entries(methods).map(([method, operation]) => [
    method,
    describeOperation(operation),
  ])
  return { ...parameters, ...Object.fromEntries(operations) }
}

function describeOperation({ summary, answer, query, body, headers = [] }: Operation): Json {
  const parameters = [...queryParameters(query), ...headers.map(headerParameter)]
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: content(jsonSchema(body, 'input')) } }),
    responses: {
      200: { description: 'Done', content: content(jsonSchema(answer, 'output')) },
      '4XX': { description: 'Refused', content: content({ $ref: '#/components/schemas/Error' }) },
      '5XX': { description: 'Failed', content: content({ $ref: '#/components/schemas/Error' }) },
    },
  }
}

const queryParameters = (query?: z.ZodObject): Json[] =>
  Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: jsonSchema(schema as z.ZodType, 'input'),
  }))

const headerParameter = (name: string): Json => ({
  name,
  in: 'header',
  schema: { type: 'string', maxLength: 255 },
})

const content = (schema: Json): Json => ({ 'application/json': { schema } })

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
