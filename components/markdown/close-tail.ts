import { closeInline } from './close-inline.ts'
import { LIMITS } from './limits.ts'

const LONE_MARKER = /^[\s>]*(?:[-=*+_~]+|\||#{1,6}|>+|`{1,2})[ \t]*$/
const LINE_START = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+|#{1,6}[ \t]+|>[ \t]?)+/
const FENCE = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})/

/**
 * Makes the block that is being written look as it will when its end has come: an unclosed `**` is closed, half a link
 * shows its text, half a table is a table. What is only a marker so far (`#`, `-`, `**`) is held back, for its meaning is
 * not known yet. `kind` is marked's name for the block.
 */
export function closeTail(raw: string, kind: string): string {
  if (kind === 'math' || kind === 'html') return raw
  if (endsInFence(raw)) return raw.replace(/\n[ \t>]*(?:`{1,2}|~{1,2})$/, '\n')
  const text = holdMarkers(raw)
  if (kind === 'paragraph' && text.startsWith('| ')) return closeTableHead(text)
  const from = tailStart(text, kind === 'table')
  // So long a line is shown plain, whatever is in it.
  if (text.length - from > LIMITS.inline) return text
  return text.slice(0, from) + closeInline(text.slice(from))
}

function endsInFence(raw: string): boolean {
  let fence: string | null = null
  for (const line of raw.split('\n')) {
    const mark = FENCE.exec(line)?.[1]
    if (!mark) continue
    if (fence === null) fence = mark
    else if (mark[0] === fence[0] && mark.length >= fence.length && line.trim().endsWith(mark)) fence = null
  }
  return fence !== null
}

function holdMarkers(raw: string): string {
  const lineStart = raw.lastIndexOf('\n') + 1
  return LONE_MARKER.test(raw.slice(lineStart)) ? raw.slice(0, lineStart) : raw
}

/** Emphasis does not reach over a blank line, a new item or a cell. */
function tailStart(text: string, table: boolean): number {
  if (table) return Math.max(text.lastIndexOf('|'), text.lastIndexOf('\n')) + 1
  let start = 0
  let offset = 0
  for (const line of text.split('\n')) {
    const marker = LINE_START.exec(line)
    if (marker) start = offset + marker[0].length
    else if (!line.trim() && offset + line.length < text.trimEnd().length) start = offset + line.length + 1
    offset += line.length + 1
  }
  return Math.min(start, text.length)
}

function closeTableHead(text: string): string {
  const [head = '', delimiters, ...more] = text.split('\n')
  if (more.length > 0 || !/^[\s|:-]*$/.test(delimiters ?? '')) return text
  const from = tailStart(head, true)
  const closed = head.slice(0, from) + closeInline(head.slice(from))
  const row = closed.trimEnd().endsWith('|') ? closed.trimEnd() : `${closed} |`
  const cells = row.replace(/\\\|/g, '').split('|').length - 2
  return cells < 1 ? '' : `${row}\n${'| --- '.repeat(cells)}|`
}
