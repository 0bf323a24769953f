import { ApiFailure } from './api.ts'

/** A request of an import: how many chats it holds, and how much of the file has been read with it, in bytes. */
export type ImportPiece = { body: string; chats: number; read: number }

/** Small enough for a host that takes 4.5 MB a request, whatever the alphabet. */
const PIECE_CHARACTERS = 1_000_000

/**
 * A file of conversations in pieces that can be imported one after the other. It is read as a stream and not parsed: it
 * may be larger than what a page can hold, and the page must not stand still. Of an export of this app each piece holds
 * what stands around its sessions, too. What has no list of conversations is given whole, for the server to judge.
 * Rejects with an `ApiFailure` when it is cut off.
 */
export async function* piecesOf(file: Blob): AsyncGenerator<ImportPiece> {
  const frame = (await isArray(file)) ? BARE : await frameOf(file)
  const bodyOf = (elements: string[]) => `${frame?.before}${elements.join(',')}${frame?.after}`
  if (!frame) {
    yield { body: await file.text(), chats: 0, read: file.size }
    return
  }
  let elements: string[] = []
  let characters = 0
  let isFirst = true
  for await (const { element, read } of elementsOf(file, createSplitter())) {
    elements.push(element)
    characters += element.length
    if (characters < PIECE_CHARACTERS) continue
    yield { body: bodyOf(elements), chats: elements.length, read }
    elements = []
    characters = 0
    isFirst = false
  }
  // An export of this app with nothing in it is one nevertheless.
  const isEmptyExport = isFirst && frame !== BARE
  if (elements.length > 0 || isEmptyExport)
    yield { body: bodyOf(elements), chats: elements.length, read: file.size }
}

async function isArray(file: Blob): Promise<boolean> {
  const start = await file.slice(0, 1000).text()
  return /^\uFEFF?\s*\[/u.test(start)
}

type Frame = { before: string; after: string }
const BARE: Frame = { before: '[', after: ']' }

/** What stands around the sessions of an export of this app, which may stand anywhere in it; `null`: it is none. */
async function frameOf(file: Blob): Promise<Frame | null> {
  const split = createSplitter()
  for await (const _ of elementsOf(file, split));
  return split.frame()
}

async function* elementsOf(
  file: Blob,
  split: ReturnType<typeof createSplitter>,
): AsyncGenerator<{ element: string; read: number }> {
  const decoder = new TextDecoder()
  let read = 0
  for await (const chunk of chunksOf(file)) {
    read += chunk.byteLength
    for (const element of split.next(decoder.decode(chunk, { stream: true }))) yield { element, read }
  }
  if (!split.isComplete()) throw new ApiFailure(0, 'unreadable', 'The file was cut off on the way.')
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
}

/** A list of sessions: the file itself, or what bears that name at its top. */
const SESSIONS_BEGIN = /(?<!\\)"sessions"\s*:\s*$/u

/** Cuts the text of a JSON list of conversations into the texts of its elements, as it comes. */
function createSplitter() {
  let depth = 0
  let inString = false
  let escaped = false
  /** How deep the elements of the list stand; 0 while it is not found. */
  let level = 0
  let isPast = false
  let before = ''
  let after = ''
  let begun = ''

  function* next(text: string): Generator<string> {
    let from = 0
    for (let at = 0; at < text.length; at++) {
      const sign = text[at]
      if (inString) {
        if (escaped) escaped = false
        else if (sign === '\\') escaped = true
        else if (sign === '"') inString = false
      } else if (sign === '"') inString = true
      else if (sign === '{' || sign === '[') {
        depth++
        if (level === 0 && sign === '[' && beginsList(text.slice(from, at))) {
          level = depth
          before += text.slice(from, at + 1)
          from = at + 1
        }
      } else if (sign === '}' || sign === ']' || sign === ',') {
        const ends = depth === level && !isPast
        if (sign !== ',') depth--
        if (!ends || level === 0) continue
        const element = begun + text.slice(from, at)
        begun = ''
        isPast = sign !== ','
        from = isPast ? at : at + 1
        if (element.trim() !== '') yield element
      }
    }
    const rest = text.slice(from)
    if (level === 0) before += rest
    else if (isPast) after += rest
    else begun += rest
  }

  const beginsList = (latest: string) =>
    depth === 1 || (depth === 2 && SESSIONS_BEGIN.test(`${before.slice(-100)}${latest.slice(-100)}`))

  return {
    next,
    isComplete: () => depth === 0 && !inString,
    /** Once all has come: what stands around the list; `null`: there is none. */
    frame: (): Frame | null => (isPast ? { before, after } : null),
  }
}
