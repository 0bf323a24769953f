import type { MarkedText } from './types.ts'

/** Letters shown around the first hit of a message. */
const BEFORE = 40
const SNIPPET = 180

/** More words than this narrow nothing down. */
const MAX_WORDS = 8

const WORD = /[\p{L}\p{N}\p{M}]+/gu

/** The words of what somebody types into a search, as they are compared: lower case, without accents. */
export function searchWords(query: string): string[] {
  return [...new Set((plain(query).match(WORD) ?? []).slice(0, MAX_WORDS))]
}

/**
 * The beginnings under which an index of stems may hold a word that is perhaps unfinished: it has "run" for "running", and
 * somebody who has typed "runni" means that.
 */
export function beginningsOf(word: string): string[] {
  const shorter = [1, 2, 3]
    .map((cut) => word.slice(0, word.length - cut))
    .filter((start) => start.length >= 3)
  return [word, ...shorter]
}

/** Whether every word is in the text. */
export function holdsWords(text: string, words: readonly string[]): boolean {
  const found = (plain(text).match(WORD) ?? []) as string[]
  return words.every((word) => found.some((each) => isMeant(each, word)))
}

/** The whole text with what the words mean marked. */
export function markWords(text: string, words: readonly string[]): MarkedText {
  const marked: MarkedText = []
  let end = 0
  const add = (piece: string, hit: boolean) => piece !== '' && marked.push({ text: piece, hit })
  for (const { 0: found, index } of text.matchAll(WORD)) {
    if (!words.some((word) => isMeant(plain(found), word))) continue
    add(text.slice(end, index), false)
    end = index + found.length
    add(text.slice(index, end), true)
  }
  add(text.slice(end), false)
  return marked
}

/** The piece of a text around its first marked word, on one line. */
export function snippetOf(text: string, words: readonly string[]): MarkedText {
  const line = text.replace(MARKS, ' ').replace(/\s+/gu, ' ').trim()
  let first = 0
  for (const { 0: found, index } of line.matchAll(WORD)) {
    if (!words.some((word) => isMeant(plain(found), word))) continue
    first = index
    break
  }
  const from = first <= BEFORE ? 0 : line.indexOf(' ', first - BEFORE) + 1 || first
  const start = Math.min(from, first)
  // Half of an emoji is no character.
  const cut = line.slice(start, start + SNIPPET).replace(/[\uD800-\uDBFF]$/u, '')
  const whole = `${start > 0 ? '… ' : ''}${cut}${start + SNIPPET < line.length ? '…' : ''}`
  return markWords(whole, words)
}

/** Of Markdown, what a reader does not see. */
const MARKS = /\*\*|__|~~|`+|^[ \t]*(?:#{1,6}|>|[-*+]|\|)[ \t]+/gmu

/** A word that begins as asked for, or has the same stem as far as endings tell; unspaced scripts: holds it. */
function isMeant(found: string, word: string): boolean {
  if (found.startsWith(word)) return true
  if (UNSPACED.test(word)) return found.includes(word)
  const shorter = Math.min(found.length, word.length)
  let same = 0
  while (same < shorter && found[same] === word[same]) same++
  return (
    same >= 3 && same >= word.length - 3 && ENDING.test(found.slice(same)) && ENDING.test(word.slice(same))
  )
}

/** What English adds to a stem. */
const ENDING = /^(?:|[a-z]?(?:s|es|ed|d|ing|in|i|er|ers|ly|y|ies|ied|e))$/u

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

const plain = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
