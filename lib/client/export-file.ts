import { ApiFailure } from './api.ts'

/**
 * The JSON of an export that somebody has chosen: the file itself, or what a zip file has of it; large exports are split
 * into several files, each an array. Rejects with an `ApiFailure`.
 */
export async function conversationsOf(file: Blob): Promise<Blob[]> {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer())
  const isZip = start[0] === 0x50 && start[1] === 0x4b && start[2] === 0x03 && start[3] === 0x04
  if (!isZip) return [file]
  const entries = (await listZip(file)).filter(({ name }) => CONVERSATIONS.test(name))
  if (entries.length === 0) throw refused('The zip file holds no conversations.json.')
  return Promise.all(entries.map((entry) => readEntry(file, entry)))
}

const refused = (sentence: string) => new ApiFailure(0, 'unreadable', sentence)

const CONVERSATIONS = /(?:^|\/)conversations(?:-\d+)?\.json$/u

/** A file that unpacks to more than this is no export. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024

type Entry = { name: string; at: number; packed: number; unpacked: number; method: number }

const DAMAGED =
  'The zip file is damaged, or of a kind that cannot be read. Unpack it and choose conversations.json.'

/** The files of a zip by its directory, which stands at its end (APPNOTE.TXT, 4.3.12 and 4.3.16). */
async function listZip(file: Blob): Promise<Entry[]> {
  const tailAt = Math.max(0, file.size - 65_557)
  const tail = new DataView(await file.slice(tailAt).arrayBuffer())
  let end = tail.byteLength - 22
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0) throw refused(DAMAGED)
  const size = tail.getUint32(end + 12, true)
  const offset = tail.getUint32(end + 16, true)
  const directory = new DataView(await file.slice(offset, offset + size).arrayBuffer())
  const entries: Entry[] = []
  for (let at = 0; at + 46 <= directory.byteLength; ) {
    if (directory.getUint32(at, true) !== 0x02014b50) throw refused(DAMAGED)
    const nameLength = directory.getUint16(at + 28, true)
    const name = new Uint8Array(
      directory.buffer,
      at + 46,
      Math.min(nameLength, directory.byteLength - at - 46),
    )
    entries.push({
      name: new TextDecoder().decode(name),
      at: directory.getUint32(at + 42, true),
      packed: directory.getUint32(at + 20, true),
      unpacked: directory.getUint32(at + 24, true),
      method: directory.getUint16(at + 10, true),
    })
    at += 46 + nameLength + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true)
  }
  return entries
}

async function readEntry(file: Blob, { at, packed, unpacked, method }: Entry): Promise<Blob> {
  if (unpacked > MAX_UNPACKED_BYTES) throw refused('The export is too large to be imported at once.')
  const head = new DataView(await file.slice(at, at + 30).arrayBuffer())
  if (head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50) throw refused(DAMAGED)
  const start = at + 30 + head.getUint16(26, true) + head.getUint16(28, true)
  const data = file.slice(start, start + packed)
  if (method === 0) return data
  if (method !== 8) throw refused(DAMAGED)
  try {
    return await new Response(
      limited(data.stream().pipeThrough(new DecompressionStream('deflate-raw'))),
    ).blob()
  } catch (error) {
    throw error instanceof ApiFailure ? error : refused(DAMAGED)
  }
}

/** What a file says of its size need not be true. */
function limited(stream: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let bytes = 0
  return stream.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        if (bytes > MAX_UNPACKED_BYTES)
          controller.error(refused('The export is too large to be imported at once.'))
        else controller.enqueue(chunk)
      },
    }),
  )
}
