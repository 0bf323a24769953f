import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEventParser, readEvents, type StreamEvent } from './event-stream.ts'

const feedAll = (pieces: string[]): StreamEvent[] => {
  const parser = createEventParser()
  return pieces.flatMap((piece) => parser.feed(piece))
}

function cut(text: string, at: number[]): string[] {
  const places = [0, ...at.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return places.slice(1).map((end, index) => text.slice(places[index], end))
}

describe('createEventParser', () => {
  test('reads id and data, and an event without an id', () => {
    expect(feedAll(['id: 7\ndata: {"a":1}\n\ndata: [DONE]\n\n'])).toEqual([
      { id: 7, data: '{"a":1}' },
      { id: null, data: '[DONE]' },
    ])
  })

  test('ignores comments, other fields and an event that has no data', () => {
    expect(feedAll([': waiting\n\nevent: x\nretry: 1\n\nid: 1\n\ndata: y\n\n'])).toEqual([
      { id: null, data: 'y' },
    ])
  })

  test('does not answer an event whose end has not come', () => {
    expect(feedAll(['id: 0\ndata: half'])).toEqual([])
  })

  test('any cut, with any line ending, gives the same events', () => {
    const events = fc.array(
      fc.record({ id: fc.nat(), data: fc.json().filter((json) => !/[\r\n]/.test(json)) }),
    )
    fc.assert(
      fc.property(events, fc.constantFrom('\n', '\r\n'), fc.array(fc.nat()), (expected, newline, at) => {
        const text = expected.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`).join('')
        expect(feedAll(cut(text.replaceAll('\n', newline), at))).toEqual(expected)
      }),
    )
  })

  test('gives up an event that has no end', () => {
    expect(() => feedAll(['data: ', 'x'.repeat(2_000_001)])).toThrow(RangeError)
  })
})

describe('readEvents', () => {
  test('keeps characters whole whose bytes arrive apart', async () => {
    const bytes = new TextEncoder().encode('id: 0\ndata: "é😀漢"\n\n')
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const events: StreamEvent[] = []
    await readEvents(stream, (more) => events.push(...more))
    expect(events).toEqual([{ id: 0, data: '"é😀漢"' }])
  })

  test('rejects when the stream breaks', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('cut')),
    })
    await expect(readEvents(stream, () => {})).rejects.toThrow('cut')
  })
})
