import { ApiFailure } from './api.ts'

/** A request of an import: how many chats it holds, and how much of the file has been read with it, in bytes. */
export type ImportPiece = { body: string; chats: number; read: number }

/** Small enough for a host that takes 4.5 MB a request, whatever the alphabet. */
const PIECE_CHARACTERS = 1_000_000

/**
 * A file of conversations in pieces that can be imported one after the other. It is read as a stream and not parsed: it
 * may be larger than what a page can hold, and the page must not stand still. What is no array of conversations is given
 * whole (an export of this app by its sessions), for the server to judge. Rejects with an `ApiFailure` when it is cut off.
 */
export async function* piecesOf(file: Blob): AsyncGenerator<ImportPiece> {
  if (!(await isArray(file))) {
    yield* ownPieces(await file.text(), file.size)
    return
  }
  const split = createSplitter()
  let elements: string[] = []
  let characters = 0
  let read = 0
  const decoder = new TextDecoder()
  for await (const chunk of chunksOf(file)) {
    read += chunk.byteLength
    for (const element of split.next(decoder.decode(chunk, { stream: true }))) {
      elements.push(element)
      characters += element.length
      if (characters < PIECE_CHARACTERS) continue
      yield { body: `[${elements.join(',')}]`, chats: elements.length, read }
      elements = []
      characters = 0
    }
  }
  if (!split.isComplete()) throw new ApiFailure(0, 'unreadable', 'The file was cut off on the way.')
  if (elements.length > 0) yield { body: `[${elements.join(',')}]`, chats: elements.length, read }
}

async function isArray(file: Blob): Promise<boolean> {
  const start = await file.slice(0, 1000).text()
  return /^\uFEFF?\s*\[/u.test(start)
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
}

/** Cuts the text of a JSON array into the texts of its elements, as it comes. */
function createSplitter() {
  let depth = 0
  let inString = false
  let escaped = false
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
        if (++depth === 1) from = at + 1
      } else if (sign === '}' || sign === ']' || (sign === ',' && depth === 1)) {
        if (sign !== ',') depth--
        if (depth > 1 || (depth === 1 && sign !== ',')) continue
        const element = begun + text.slice(from, at)
        begun = ''
        from = at + 1
        if (element.trim() !== '') yield element
      }
    }
    if (depth > 0) begun += text.slice(from)
  }

  return { next, isComplete: () => depth === 0 && !inString }
}

/** An export of this app, a few of its sessions at a time. */
function* ownPieces(text: string, read: number): Generator<ImportPiece> {
  const file = parsed(text)
  if (!file) {
    yield { body: text, chats: 0, read }
    return
  }
  const { sessions, ...head } = file
  let piece: unknown[] = []
  let characters = 0
  for (const [index, session] of sessions.entries()) {
    piece.push(session)
    characters += JSON.stringify(session).length
    const isLast = index === sessions.length - 1
    if (characters < PIECE_CHARACTERS && !isLast) continue
    const share = (index + 1) / sessions.length
    const body = JSON.stringify({ ...head, sessions: piece })
    yield { body, chats: piece.length, read: Math.round(read * share) }
    piece = []
    characters = 0
  }
}

function parsed(text: string): { sessions: unknown[] } | null {
  try {
    const file: unknown = JSON.parse(text.replace(/^\uFEFF/u, ''))
    const isOurs = typeof file === 'object' && file !== null && 'sessions' in file
    return isOurs && Array.isArray(file.sessions) && file.sessions.length > 0
      ? (file as { sessions: unknown[] })
      : null
  } catch {
    return null
  }
}
