import { APICallError, JSONParseError, RetryError } from 'ai'
import { describe, expect, it } from 'vitest'
import type { ModelStatus } from '#lib/chat/types.ts'
import { describeModelError } from './errors.ts'

const OPENAI: ModelStatus = { provider: 'openai', label: 'gpt', connected: true }
const CUSTOM: ModelStatus = { provider: 'custom', label: 'gpt', connected: true }
const OLLAMA: ModelStatus = { provider: 'ollama', label: 'llama', connected: true }
const SECRET = 'sk-live-SECRET-abc'

function called(statusCode: number | undefined, responseBody = '', cause?: unknown): APICallError {
  return new APICallError({
    message: `Incorrect API key provided: ${SECRET}`,
    url: `http://user:${SECRET}@llm.example:8080/v1/chat/completions?key=${SECRET}`,
    requestBodyValues: { prompt: SECRET },
    ...(statusCode !== undefined && { statusCode }),
    responseBody: `${responseBody} ${SECRET}`,
    cause,
  })
}

function coded(code: string): Error {
  return Object.assign(new Error(`connect ${code} ${SECRET}`), { code })
}

describe('describeModelError', () => {
  it.each([
    ['a wrong key', called(401), OPENAI, 'OpenAI did not accept the key. Check OPENAI_API_KEY'],
    [
      'a key without rights',
      called(403),
      CUSTOM,
      'The model server did not accept the key. Check OPENAI_API_KEY',
    ],
    ['an unknown model', called(404), OPENAI, 'OpenAI does not have this model. Check CHAT_MODEL'],
    ['an unknown Ollama model', called(404), OLLAMA, 'ollama list'],
    ['a rate limit', called(429), OPENAI, 'Wait a moment'],
    ['a used-up quota', called(429, '{"code":"insufficient_quota"}'), OPENAI, 'used up its quota'],
    ['a failing provider', called(503), OPENAI, 'problem of its own right now (status 503)'],
    ['a context that is too long', called(400, 'context_length_exceeded'), OPENAI, 'too long for the model'],
    ['a content filter', called(400, '{"code":"content_filter"}'), OPENAI, 'content filter of OpenAI'],
    ['another refusal', called(400), OPENAI, 'did not accept the request (status 400)'],
    [
      'an HTML answer',
      called(200, '<html>', new JSONParseError({ text: SECRET, cause: SECRET })),
      CUSTOM,
      'cannot be read',
    ],
    [
      'a refused connection',
      called(undefined, '', coded('ECONNREFUSED')),
      CUSTOM,
      'at llm.example:8080 cannot be reached. Check that it runs',
    ],
    ['a stopped Ollama', called(undefined, '', coded('ECONNREFUSED')), OLLAMA, 'ollama serve'],
    [
      'no internet',
      called(undefined, '', coded('ENOTFOUND')),
      OPENAI,
      'cannot be reached. Check the connection',
    ],
    [
      'a redirect',
      called(undefined, '', new TypeError('fetch failed', { cause: new Error('unexpected redirect') })),
      CUSTOM,
      'redirect',
    ],
    ['a timeout', new DOMException('x', 'TimeoutError'), OPENAI, 'took too long'],
    [
      'retries',
      new RetryError({ message: SECRET, reason: 'maxRetriesExceeded', errors: [called(500), called(401)] }),
      OPENAI,
      'OPENAI_API_KEY',
    ],
    ['something else', new Error(SECRET), OPENAI, 'OpenAI failed to answer. Try again.'],
    ['no error at all', SECRET, OPENAI, 'OpenAI failed to answer. Try again.'],
    ['nothing', undefined, OPENAI, 'OpenAI failed to answer. Try again.'],
  ] as const)('says %s in a sentence, without the provider’s own text', (_, error, status, words) => {
    const sentence = describeModelError(error, status)
    expect(sentence).toContain(words)
    expect(sentence).not.toContain('SECRET')
    expect(sentence).toMatch(/^[A-Z].*\.$/u)
  })

  it('survives an error that is its own cause', () => {
    const error = new Error('x')
    error.cause = error
    expect(describeModelError(error, OPENAI)).toContain('failed')
  })
})
