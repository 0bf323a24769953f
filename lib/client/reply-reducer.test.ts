import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEvent, type Reply, replyFrom } from './reply-reducer.ts'

const events = (chunks: object[]) => chunks.map((chunk, id) => ({ id, data: JSON.stringify(chunk) }))
const streamOf = (deltas: string[], status = 'complete') =>
  events([
    { type: 'start', messageId: 'm', messageMetadata: { runId: 'r' } },
    { type: 'text-start', id: 'text' },
    ...deltas.map((delta) => ({ type: 'text-delta', id: 'text', delta })),
    { type: 'text-end', id: 'text' },
    { type: 'finish', messageMetadata: { status } },
  ])
const empty = () => replyFrom({ text: '' }, null)

describe('applyEvent', () => {
  test('builds the text and ends with the status of the finish', () => {
    const reply = streamOf(['Hel', 'lo']).reduce(applyEvent, empty())
    expect(reply).toMatchObject({ runId: 'r', text: 'Hello', status: 'complete', finished: true })
  })

  test('any duplication and any resume give the same text, which never shrinks', () => {
    const deltas = fc.array(fc.string({ maxLength: 5 }), { maxLength: 20 })
    fc.assert(
      fc.property(deltas, fc.array(fc.nat()), (texts, cuts) => {
        const stream = streamOf(texts)
        let reply: Reply = empty()
        for (const cut of [...cuts, stream.length]) {
          // One connection: from anywhere that is not past `next`, until it breaks.
          const from = reply.next === 0 ? 0 : cut % (reply.next + 1)
          for (const event of stream.slice(from, Math.max(from, cut % (stream.length + 1)))) {
            const before = reply.text
            reply = applyEvent(reply, event)
            expect(reply.text.startsWith(before)).toBe(true)
          }
        }
        reply = stream.reduce(applyEvent, reply)
        expect(reply.text).toBe(texts.join(''))
        expect(reply.finished).toBe(true)
      }),
    )
  })

  test('starts from what the message holds, whatever chunks come again', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.nat(), (texts, place) => {
        const stream = streamOf(texts)
        const next = place % stream.length
        const held = texts.slice(0, Math.max(0, next - 2)).join('')
        const reply = stream.reduce(applyEvent, replyFrom({ text: held }, { id: 'r', next }))
        expect(reply.text).toBe(texts.join(''))
      }),
    )
  })

  test('refuses to skip a chunk', () => {
    expect(() => applyEvent(empty(), { id: 1, data: '{}' })).toThrow(RangeError)
  })

  test('an error makes it failed with the sentence; a stop keeps the text', () => {
    const failed = events([
      { type: 'start', messageMetadata: { runId: 'r' } },
      { type: 'error', errorText: 'The model is busy.' },
      { type: 'finish', messageMetadata: { status: 'failed' } },
    ])
    expect(failed.reduce(applyEvent, empty())).toMatchObject({
      status: 'failed',
      error: 'The model is busy.',
    })
    expect(streamOf(['so far'], 'stopped').reduce(applyEvent, empty())).toMatchObject({
      status: 'stopped',
      text: 'so far',
    })
  })

  test('thinks between reasoning and text; chunks of unknown types only count', () => {
    const stream = events([
      { type: 'start', messageMetadata: { runId: 'r' } },
      { type: 'reasoning-start', id: '1' },
      { type: 'novelty' },
      { type: 'text-start', id: 'text' },
    ])
    const thinking = stream.slice(0, 3).reduce(applyEvent, empty())
    expect(thinking).toMatchObject({ thinking: true, next: 3 })
    expect(stream.reduce(applyEvent, thinking)).toMatchObject({ thinking: false, next: 4 })
  })
})
