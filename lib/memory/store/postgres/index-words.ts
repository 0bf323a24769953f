import { createHash } from 'node:crypto'

/** A longer "word" is an encoded blob; questions are cut at the same length. */
const MAX_WORD_CHARACTERS = 64

/**
 * A tsvector holds 1 MB: each different word with its length and offset, each place with two bytes. Only text that never
 * repeats a word comes near it; its rest is kept and shown, but not found.
 */
const MAX_INDEX_BYTES = 900_000
const WORD_OVERHEAD_BYTES = 8
const PLACE_BYTES = 2

/** The words of a text as the index keeps them, before stemming: lower-case, without accents, one space between. */
export function indexWords(text: string): string {
  const kept: string[] = []
  const seen = new Set<string>()
  let bytes = 0
  for (const word of wordsIn(text)) {
    bytes += PLACE_BYTES + (seen.has(word) ? 0 : Buffer.byteLength(word) + WORD_OVERHEAD_BYTES)
    if (bytes > MAX_INDEX_BYTES) break
    seen.add(word)
    kept.push(word)
  }
  return kept.join(' ')
}

/** A tsquery for each of the terms that holds a word; a term of several words is a phrase. */
export const queriesOf = (terms: readonly string[]) => terms.flatMap((term) => phrase(term) ?? [])

/** A tsquery for one of each of the alternatives, by its beginning, in what was said. Empty when one of them holds no word. */
export function eachByStart(words: readonly (readonly string[])[]): string {
  const entries = words.map((alternatives) => alternatives.flatMap((start) => phrase(start, ':*D') ?? []))
  return entries.some((phrases) => phrases.length === 0)
    ? ''
    : entries.map((phrases) => `(${phrases.join(' | ')})`).join(' & ')
}

/** A name as a word of the index that no text has: texts give words of letters and digits only. */
export const tagOf = (kind: 'session' | 'namespace', name: string | number) =>
  kind === 'session' ? `#s${name}` : `#n${createHash('sha256').update(`${name}`).digest('hex').slice(0, 16)}`

function phrase(term: string, ending = ''): string | null {
  const words = wordsIn(term).map((word) => `'${word}'`)
  return words.length > 0 ? `(${words.join(' <-> ')}${ending})` : null
}

function wordsIn(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .toLowerCase()
  return (plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).map((word) => word.slice(0, MAX_WORD_CHARACTERS))
}
