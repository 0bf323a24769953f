import type { Token } from 'marked'
import { closeTail } from './close-tail.ts'
import { type Deadline, type Links, lexBlock, lexBlocks, TooSlow } from './lexer.ts'
import { LIMITS } from './limits.ts'

/** One top-level block. The same object comes back for as long as nothing about the block changes. */
export type Block = {
  /** Where it starts in the text; stays the same while the text grows. */
  start: number
  raw: string
  /** `null`: too costly to render as markdown, show `raw` as it is. */
  tokens: Token[] | null
  /** Still being written. */
  open: boolean
}

export type MarkdownParser = {
  /** The blocks of `text`. While `streaming`, `text` is expected to grow; then only its last block is read again. */
  parse(text: string, streaming: boolean): readonly Block[]
}

type Piece = { start: number; raw: string; kind: string }
type Reading = { text: string; streaming: boolean; blocks: Block[]; links: string; failedAt: number | null }

/** A longer one is not taken for one, and what stands before it is read again. */
const LONGEST_BLANK_LINE = 80

/** Keeps what the last call found; one parser per message. Never throws on any text. */
export function createMarkdownParser(now: () => number = () => performance.now()): MarkdownParser {
  let last: Reading | null = null
  return {
    parse(source, streaming) {
      const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source
      if (last?.text !== text || last.streaming !== streaming) last = read(text, streaming, last, now)
      return last.blocks
    },
  }
}

function read(text: string, streaming: boolean, last: Reading | null, now: () => number): Reading {
  const deadline = { now, at: now() + (text.length <= LIMITS.short ? LIMITS.lexingShort : LIMITS.lexing) }
  const grown = last?.streaming && text.startsWith(last.text) ? last : null
  if (text.length > LIMITS.text) return plainReading(text, streaming)
  // What was too slow before is not tried again with every chunk, only once more when it is whole.
  if (streaming && grown?.failedAt != null) return failed(text, streaming, grown.failedAt, grown.blocks)

  const from = streaming && grown && !hasDefinitions(text) ? resumeAt(grown) : 0
  const kept = from > 0 && grown ? grown.blocks.filter((block) => block.start < from) : []
  try {
    const { pieces, links } = split(text, from, streaming, deadline)
    const key = JSON.stringify(links)
    const reusable = new Map(last?.links === key ? last.blocks.map((block) => [block.start, block]) : [])
    const blocks = pieces.map((piece, index) => {
      const open = streaming && index === pieces.length - 1
      return readBlock(piece, open, links, reusable.get(piece.start), deadline)
    })
    return { text, streaming, blocks: capped([...kept, ...blocks], text), links: key, failedAt: null }
  } catch (error) {
    if (!(error instanceof TooSlow)) console.error('markdown: shown as plain text', error)
    return failed(text, streaming, from, kept)
  }
}

function readBlock(
  piece: Piece,
  open: boolean,
  links: Links,
  before: Block | undefined,
  deadline: Deadline,
): Block {
  const { start, raw } = piece
  if (before?.raw === raw && before.open === open) return before
  if (before?.tokens === null && raw.startsWith(before.raw)) return { start, raw, tokens: null, open }
  try {
    const source = open ? closeTail(raw, piece.kind) : raw
    return { start, raw, tokens: lexBlock(source, links, open, deadline), open }
  } catch (error) {
    if (!(error instanceof TooSlow)) console.error('markdown: a block is shown as plain text', error)
    return { start, raw, tokens: null, open }
  }
}

function split(text: string, from: number, open: boolean, deadline: Deadline) {
  const tokens = lexBlocks(from > 0 ? text.slice(from) : text, open, deadline)
  const pieces: Piece[] = []
  let start = from
  for (const { raw, type } of tokens) {
    if (type !== 'space' && type !== 'def') pieces.push({ start, raw, kind: type })
    start += raw.length
  }
  return { pieces, links: tokens.links }
}

/** More text can change the last block, and join it to those before: a blank line alone parts blocks for good. */
function resumeAt({ text, blocks }: Reading): number {
  const before = (start: number) => text.slice(Math.max(0, start - LONGEST_BLANK_LINE), start)
  const parted = blocks.slice(0, -1).findLast(({ start }) => /\n[ \t]*\n$/.test(before(start)))
  return parted?.start ?? 0
}

function hasDefinitions(text: string): boolean {
  return text.includes(']:')
}

function capped(blocks: Block[], text: string): Block[] {
  let left: number = LIMITS.nodes
  for (const [index, block] of blocks.entries()) {
    left -= block.tokens ? count(block.tokens, left) : 1
    if (left < 0) return [...blocks.slice(0, index), plainBlock(text, block.start)]
  }
  return blocks
}

function count(tokens: readonly Token[], limit: number): number {
  let nodes = 0
  for (const token of tokens) {
    nodes += 1
    if (token.type === 'table') nodes += (token.rows.length + 1) * (token.header.length + 1)
    else if (token.type === 'list')
      for (const item of token.items) nodes += 1 + count(item.tokens, limit - nodes)
    else if ('tokens' in token && token.tokens) nodes += count(token.tokens, limit - nodes)
    if (nodes > limit) break
  }
  return nodes
}

function plainBlock(text: string, start: number): Block {
  return { start, raw: text.slice(start), tokens: null, open: false }
}

function plainReading(text: string, streaming: boolean): Reading {
  return { text, streaming, blocks: [plainBlock(text, 0)], links: '{}', failedAt: null }
}

function failed(text: string, streaming: boolean, at: number, blocks: Block[]): Reading {
  const kept = blocks.filter((block) => block.start < at)
  return { text, streaming, blocks: [...kept, plainBlock(text, at)], links: '{}', failedAt: at }
}
