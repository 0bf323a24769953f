/**
 * Postgres holds every character in a text but NUL, and what was said comes back as it was said: NUL is kept as a pair
 * of characters that begins with U+0001, and so is U+0001 itself.
 */
const ESCAPE = '\u0001'
const NUL = '\u0000'

export function encodeText(text: string): string {
  if (!text.includes(NUL) && !text.includes(ESCAPE)) return text
  return text.replaceAll(ESCAPE, `${ESCAPE}1`).replaceAll(NUL, `${ESCAPE}0`)
}

export function decodeText(text: string): string {
  if (!text.includes(ESCAPE)) return text
  return text.replaceAll(`${ESCAPE}0`, NUL).replaceAll(`${ESCAPE}1`, ESCAPE)
}
