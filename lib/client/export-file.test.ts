import { describe, expect, it } from 'vitest'
import { conversationsOf } from './export-file.ts'

const textsOf = async (file: Blob) => Promise.all((await conversationsOf(file)).map((part) => part.text()))

describe('a file that somebody chose', () => {
  it('is taken as it is when it is no zip file', async () => {
    expect(await textsOf(new Blob(['[{"a":1}]']))).toEqual(['[{"a":1}]'])
  })

  it('gives its conversations.json, packed or not, wherever it stands in the zip file', async () => {
    for (const packed of [true, false]) {
      const file = await zip({ 'user.json': '{}', 'export/conversations.json': '[{"title":"é"}]' }, packed)
      expect(await textsOf(file)).toEqual(['[{"title":"é"}]'])
    }
  })

  it('gives all conversations of an export that is split into several files', async () => {
    const file = await zip({
      'conversations-000.json': '[1, 2]\n',
      'conversations-001.json': ' [3]',
      'other.json': '[4]',
    })
    expect(await textsOf(file)).toEqual(['[1, 2]\n', ' [3]'])
  })

  it('is refused with a sentence when it holds none, is cut off, or is no zip file after all', async () => {
    await expect(conversationsOf(await zip({ 'a.json': '1' }))).rejects.toThrow('holds no conversations.json')
    const whole = await zip({ 'conversations.json': JSON.stringify(Array(500).fill('words')) })
    await expect(conversationsOf(whole.slice(0, whole.size - 30))).rejects.toThrow('damaged')
    await expect(conversationsOf(new Blob(['PK\x03\x04']))).rejects.toThrow('damaged')
    const bytes = new Uint8Array(await whole.arrayBuffer())
    bytes.fill(255, 60, 90)
    await expect(conversationsOf(new Blob([bytes]))).rejects.toThrow('damaged')
  })
})

/** A zip file as simple tools write it. */
async function zip(files: Record<string, string>, packed = true): Promise<Blob> {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path)
    const data = packed ? await deflated(text) : Buffer.from(text)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(packed ? 8 : 0, 8)
    head.writeUInt32LE(data.length, 18)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(packed ? 8 : 0, 10)
    entry.writeUInt32LE(data.length, 20)
    entry.writeUInt32LE(Buffer.byteLength(text), 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    parts.push(head, name, data)
    directory.push(entry, name)
    at += head.length + name.length + data.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(at, 16)
  return new Blob([...parts, ...directory, end].map((part) => new Uint8Array(part)))
}

async function deflated(text: string): Promise<Buffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return Buffer.from(await new Response(stream).arrayBuffer())
}
