import { APICallError, simulateReadableStream } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { expect, it } from 'vitest'
import { type ReplyPart, streamReply } from './stream-reply.ts'

const QUESTION = { instructions: 'Be brief.', messages: [{ role: 'user' as const, content: 'hi' }] }
const PARTS: ReplyPart[] = [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'hello' },
]

const never = new AbortController().signal

/** Fails as told, then answers. */
function modelThat(...failures: Error[]) {
  return new MockLanguageModelV4({
    doStream: async () => {
      const failure = failures.shift()
      if (failure) throw failure
      return {
        stream: simulateReadableStream({ chunks: PARTS, chunkDelayInMs: null, initialDelayInMs: null }),
      }
    },
  })
}

const failure = (statusCode: number) =>
  new APICallError({
    message: 'failed',
    url: 'http://localhost',
    requestBodyValues: {},
    statusCode,
    responseHeaders: { 'retry-after': '0' },
  })

const partsOf = (model: MockLanguageModelV4, signal = never) =>
  Array.fromAsync(streamReply(model, QUESTION, signal))

it('gives a model the instructions and the turns, and its parts as they come', async () => {
  const model = modelThat()
  expect(await partsOf(model)).toEqual(PARTS)
  expect(model.doStreamCalls[0]?.prompt).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'hi' }] },
  ])
})

it('asks a busy provider three times in all, and one that refuses once', async () => {
  expect(await partsOf(modelThat(failure(503), failure(429)))).toEqual(PARTS)
  const down = modelThat(failure(503), failure(503), failure(503))
  await expect(partsOf(down)).rejects.toMatchObject({ statusCode: 503 })
  expect(down.doStreamCalls).toHaveLength(3)
  const refused = modelThat(failure(401))
  await expect(partsOf(refused)).rejects.toMatchObject({ statusCode: 401 })
  expect(refused.doStreamCalls).toHaveLength(1)
})

it('ends at the abort with its reason, before and within the answer, though the model ignores it', async () => {
  const deaf = new MockLanguageModelV4({ doStream: () => new Promise(() => {}) })
  const before = new AbortController()
  const waiting = partsOf(deaf, before.signal)
  before.abort('stop')
  await expect(waiting).rejects.toBe('stop')

  let cancelled = false
  const endless = new ReadableStream<ReplyPart>({
    start: (controller) => controller.enqueue({ type: 'text-delta', id: '1', delta: 'hello' }),
    cancel: () => {
      cancelled = true
    },
  })
  const within = new AbortController()
  const parts = streamReply(
    new MockLanguageModelV4({ doStream: async () => ({ stream: endless }) }),
    QUESTION,
    within.signal,
  )
  expect((await parts.next()).value).toMatchObject({ delta: 'hello' })
  const next = parts.next()
  within.abort('stop')
  await expect(next).rejects.toBe('stop')
  expect(cancelled).toBe(true)
})
