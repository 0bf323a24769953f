import { expect, test } from 'vitest'
import { piecesOf } from './import-pieces.ts'

async function read(file: Blob) {
  const pieces = []
  for await (const piece of piecesOf(file)) pieces.push(piece)
  return pieces
}

const chat = (n: number, text = 'x') => ({
  title: `[${n}], {"}`,
  said: [text, '\\', '\\"', ']', { deep: [[]] }],
})

test('a large array comes in pieces that together hold each element once, in order', async () => {
  const chats = Array.from({ length: 40 }, (_, n) => chat(n, 'é😀"\\'.repeat(20_000)))
  const file = new Blob([`\uFEFF ${JSON.stringify(chats, null, 1)}\n`])
  const pieces = await read(file)
  expect(pieces.length).toBeGreaterThan(2)
  expect(pieces.flatMap(({ body }) => JSON.parse(body))).toEqual(chats)
  expect(pieces.map(({ chats: count }) => count).reduce((sum, count) => sum + count)).toBe(40)
  expect(pieces.at(-1)?.read).toBe(file.size)
  expect(Math.max(...pieces.map(({ body }) => body.length))).toBeLessThan(2_000_000)
})

test('an element that is cut in two by the stream at any place is whole', async () => {
  const chats = [chat(1), chat(2), 3, 'four', null]
  const text = JSON.stringify(chats)
  for (let cut = 1; cut < text.length; cut++) {
    const file = new Blob([text])
    const bytes = new TextEncoder().encode(text)
    file.stream = () => new Blob([bytes.slice(0, cut)]).stream().pipeThrough(thenAlso(bytes.slice(cut)))
    expect((await read(file)).flatMap(({ body }) => JSON.parse(body))).toEqual(chats)
  }
})

test('an export of this app comes by its sessions, under its own head, and is never in memory as a whole', async () => {
  const sessions = Array.from({ length: 5 }, (_, n) => ({ id: n, text: 'x'.repeat(600_000) }))
  const file = new Blob([JSON.stringify({ format: 'f', version: 1, sessions, settings: {} })])
  file.text = () => Promise.reject(new Error('the whole file was asked for'))
  const pieces = await read(file)
  expect(pieces.map(({ chats }) => chats)).toEqual([2, 2, 1])
  expect(pieces.map(({ body }) => JSON.parse(body).format)).toEqual(['f', 'f', 'f'])
  expect(pieces.flatMap(({ body }) => JSON.parse(body).sessions)).toEqual(sessions)
  expect(pieces.at(-1)?.read).toBe(file.size)
})

test('the sessions of an export are found among what only looks like them, wherever the stream is cut', async () => {
  const head = { note: '"sessions":[1]', '"sessions': [2], deep: { sessions: [3] }, format: 'f' }
  const file = { ...head, sessions: [chat(1), chat(2)], settings: { sessions: [4], custom: '\\"]' } }
  const text = `\uFEFF${JSON.stringify(file, null, 1)}`
  const bytes = new TextEncoder().encode(text)
  for (let cut = 1; cut < bytes.length; cut++) {
    const blob = new Blob([text])
    blob.stream = () => new Blob([bytes.slice(0, cut)]).stream().pipeThrough(thenAlso(bytes.slice(cut)))
    const [piece, ...more] = await read(blob)
    expect(more).toEqual([])
    expect(piece?.chats).toBe(2)
    expect(JSON.parse(piece?.body ?? '')).toEqual(file)
  }
})

test('an export of this app without sessions is given, for the server to count none', async () => {
  const text = '{"format":"f","sessions": [ ]}'
  expect((await read(new Blob([text]))).map(({ body }) => JSON.parse(body))).toEqual([JSON.parse(text)])
})

test('what is neither is given as it is, and nothing of an empty array', async () => {
  expect(await read(new Blob(['{"pictures":[]}']))).toMatchObject([{ body: '{"pictures":[]}' }])
  expect(await read(new Blob(['no json']))).toMatchObject([{ body: 'no json' }])
  expect(await read(new Blob([' [ ] ']))).toEqual([])
})

test('what was cut off is refused', async () => {
  await expect(read(new Blob(['{"format":"f","sessions":[{"a":1},{"b"']))).rejects.toThrow('cut off')
  await expect(read(new Blob(['[{"a":1},{"b":']))).rejects.toThrow('cut off')
  await expect(read(new Blob(['[{"a":1}, "never ended]']))).rejects.toThrow('cut off')
})

/** A stream that goes on with `rest`. */
const thenAlso = (rest: Uint8Array<ArrayBuffer>) =>
  new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    flush: (controller) => controller.enqueue(rest),
  })
