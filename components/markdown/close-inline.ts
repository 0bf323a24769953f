import { matchInlineMath } from './math-syntax.ts'

type Opener = { mark: string; length: number }
type Edit = { from: number; to: number }
type Scan = { text: string; at: number; openers: Opener[]; cuts: Edit[]; suffix: string }

/** Closes what inline text leaves open: emphasis, code, links. Text that has everything closed comes back as it is. */
export function closeInline(text: string): string {
  if (/^\[[ xX]?\]?\s*$/.test(text)) return ''
  const body = text.trimEnd()
  const scan: Scan = { text: body, at: 0, openers: [], cuts: [], suffix: '' }
  while (scan.at < body.length) step(scan)
  const closers = scan.openers.reverse().map(({ mark, length }) => mark.repeat(length))
  return without(body, scan.cuts).trimEnd() + scan.suffix + closers.join('') + text.slice(body.length)
}

function step(scan: Scan): void {
  const char = scan.text[scan.at] ?? ''
  const math = char === '$' || char === '\\' ? matchInlineMath(scan.text.slice(scan.at)) : undefined
  if (math) scan.at += math.raw.length
  else if (char === '\\') scan.at += 2
  else if (char === '`') stepCode(scan)
  else if (char === '*' || char === '_' || char === '~') stepEmphasis(scan, char)
  else if (char === '[') stepLink(scan)
  else scan.at++
}

function stepCode(scan: Scan): void {
  const { text, at } = scan
  const length = runLength(text, at, '`')
  for (let i = at + length; i < text.length; i++) {
    if (text[i] !== '`') continue
    const run = runLength(text, i, '`')
    if (run === length) {
      scan.at = i + length
      return
    }
    i += run - 1
  }
  scan.at = text.length
  const half = /`+$/.exec(text.slice(at + length))?.[0].length ?? 0
  if (half > 0) scan.cuts.push({ from: text.length - half, to: text.length })
  if (at + length === text.length) scan.cuts.push({ from: at, to: text.length })
  else scan.suffix = '`'.repeat(length)
}

function stepEmphasis(scan: Scan, mark: string): void {
  const { text, at, openers } = scan
  let length = runLength(text, at, mark)
  const before = text[at - 1] ?? ' '
  const after = text[at + length]
  scan.at += length
  if (after === undefined) {
    // A run at the very end may be half of what it will be: the opener that it answers is closed for it.
    scan.cuts.push({ from: at, to: text.length })
    return
  }
  const inWord = mark === '_' && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)
  if (inWord) return
  if (/\S/.test(before)) length = close(openers, mark, length)
  if (length > 0 && /\S/.test(after)) openers.push({ mark, length: Math.min(length, mark === '~' ? 2 : 3) })
}

/** Closes the nearest openers of that mark; answers how much of the run is left. */
function close(openers: Opener[], mark: string, length: number): number {
  let left = length
  while (left > 0) {
    const index = openers.findLastIndex((opener) => opener.mark === mark)
    const opener = openers[index]
    if (!opener) return left
    const closed = Math.min(opener.length, left)
    left -= closed
    opener.length -= closed
    openers.length = opener.length > 0 ? index + 1 : index
  }
  return 0
}

function stepLink(scan: Scan): void {
  const { text, at } = scan
  const start = text[at - 1] === '!' ? at - 1 : at
  // Asked first, as it is cheap: thousands of brackets that nothing closes must not be matched one by one.
  const end = text.includes(']', at) ? matching(text, at, '[', ']') : -1
  if (end === -1) {
    if (!text.includes('\n', at)) scan.cuts.push({ from: start, to: at + 1 })
    scan.at++
    return
  }
  const next = text[end + 1]
  const target = next === '(' ? matching(text, end + 1, '(', ')') : -1
  if (target !== -1) scan.at = target + 1
  else if (next === '(' || next === undefined) {
    // `[text](https://exam`: only the text, until the target is whole.
    scan.cuts.push({ from: start, to: at + 1 }, { from: end, to: text.length })
    scan.at = text.length
  } else scan.at++
}

function matching(text: string, at: number, open: string, close: string): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === open) depth++
    else if (text[i] === close && --depth === 0) return i
  }
  return -1
}

function runLength(text: string, at: number, char: string): number {
  let end = at
  while (text[end] === char) end++
  return end - at
}

function without(text: string, cuts: readonly Edit[]): string {
  let out = ''
  let from = 0
  for (const cut of cuts.toSorted((a, b) => a.from - b.from)) {
    if (cut.from < from) continue
    out += text.slice(from, cut.from)
    from = cut.to
  }
  return out + text.slice(from)
}
