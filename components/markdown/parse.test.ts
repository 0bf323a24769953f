import fc from 'fast-check'
import type { Token } from 'marked'
import { expect, test } from 'vitest'
import { LIMITS } from './limits.ts'
import { type Block, createMarkdownParser } from './parse.ts'

const DOCUMENT = `# Title

A *paragraph* with **bold**, \`code\`, [a link](https://example.com/x) and $a_1 + b$.
Second line.

- one
- two
  1. nested
  2. more

- [ ] task
- [x] done

> quoted
> - list

| a | b |
|---|:-:|
| 1 | 2 |

\`\`\`ts
const a = 1

const b = 2
\`\`\`

$$
x
- y
$$

Setext
---

Cost $5 and $10. <b>html</b>

    indented

End.`

/** One to which nothing is too slow, however busy the machine is. */
const createPatientParser = () => createMarkdownParser(() => 0)

const types = (blocks: readonly Block[]) => blocks.map((block) => block.tokens?.[0]?.type ?? 'plain')

test('reads the blocks of a document', () => {
  expect(types(createPatientParser().parse(DOCUMENT, false))).toEqual([
    ...['heading', 'paragraph', 'list', 'blockquote', 'table', 'code', 'math', 'heading', 'paragraph'],
    ...['code', 'paragraph'],
  ])
})

test('while a text grows, finished blocks stay the same objects', () => {
  const parser = createPatientParser()
  let before: readonly Block[] = []
  for (let end = 1; end <= DOCUMENT.length; end++) {
    const blocks = parser.parse(DOCUMENT.slice(0, end), true)
    const finished = before.slice(0, -1)
    expect(blocks.slice(0, finished.length)).toStrictEqual(finished)
    for (const [index, block] of finished.entries()) expect(blocks[index]).toBe(block)
    before = blocks
  }
  const done = parser.parse(DOCUMENT, false)
  for (const [index, block] of before.slice(0, -1).entries()) expect(done[index]).toBe(block)
})

test('reading piece by piece gives what reading at once gives', () => {
  const piece = fc.oneof(
    fc.constantFrom(...DOCUMENT.split(/(?<=\n\n)|(?<=\s)/)),
    fc.constantFrom(
      '\n',
      '\n\n',
      '- ',
      '> ',
      '```\n',
      '$$\n',
      '    ',
      '**',
      '`',
      '[',
      '](',
      '| ',
      '---\n',
      '\\[',
      '1. ',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const parser = createPatientParser()
      let text = ''
      for (const next of pieces) {
        text += next
        parser.parse(text, true)
      }
      const grown = parser.parse(text, true)
      expect(grown).toEqual(createPatientParser().parse(text, true))
      expect(parser.parse(text, false)).toEqual(createPatientParser().parse(text, false))
    }),
    // A list that marked first parts from the paragraph, and with the next word takes back into it.
    { numRuns: 1_000, examples: [[['End.', '\n', '+ ', '\n', '- ', '# ']]] },
  )
})

test('any text gives blocks, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.boolean(), (text, streaming) => {
      expect(createMarkdownParser().parse(text, streaming)).toBeInstanceOf(Array)
    }),
  )
})

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

const BOMBS: Record<string, string> = {
  'underscores and stars': '_a*'.repeat(11_000),
  'paragraphs of underscores and stars': `${'_a*'.repeat(2_600)}\n\n`.repeat(12),
  quotes: '>'.repeat(5_000),
  'spaced quotes': '> '.repeat(5_000),
  'lines of quotes': lines(1_500, (i) => `${'>'.repeat(i % 200)} a`),
  'a deep list': lines(600, (i) => `${'  '.repeat(i)}- a`),
  'a list in a line': '- '.repeat(5_000),
  'a long list': '- a\n'.repeat(20_000),
  'a huge table': `|${'a|'.repeat(100)}\n|${'-|'.repeat(100)}\n${`|${'a|'.repeat(100)}\n`.repeat(800)}`,
  'one long line': 'a'.repeat(100_000),
  'one long line of words': 'some **bold** words '.repeat(5_000),
  brackets: '['.repeat(50_000),
  'half links': '[a](b'.repeat(10_000),
  'half images in paragraphs': `${'![a]('.repeat(1_500)}\n\n`.repeat(12),
  backticks: lines(300, (i) => '`'.repeat(i)),
  'many paragraphs': 'a\n\n'.repeat(40_000),
  'many paragraphs before a formula': `${'a\n\n'.repeat(40_000)}$$`,
  dollars: '$a '.repeat(30_000),
  definitions: lines(10_000, (i) => `[a${i}]: b`),
  angles: `${'<'.repeat(7_000)}\n\n`.repeat(12),
}

test.each(Object.entries(BOMBS))('a bomb is read in time and stays small: %s', (_name, text) => {
  for (const streaming of [false, true]) {
    const before = process.cpuUsage()
    const blocks = createMarkdownParser().parse(text, streaming)
    // Coarse on purpose, for slow machines, and without what else they do: what runs away takes ten seconds and more.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000)
    expect(blocks.reduce((sum, block) => sum + nodes(block.tokens ?? []), 0)).toBeLessThanOrEqual(
      LIMITS.nodes,
    )
  }
})

test('what was too slow is not tried again with every chunk', () => {
  let clock = 0
  let reads = 0
  const parser = createMarkdownParser(() => {
    reads++
    clock += LIMITS.lexingShort
    return clock
  })
  expect(types(parser.parse('some *text*', true))).toEqual(['plain'])
  reads = 0
  expect(types(parser.parse('some *text* more', true))).toEqual(['plain'])
  expect(reads).toBeLessThanOrEqual(2)
})

test('nesting ends in plain text, not in an error', () => {
  const tokens = createPatientParser().parse(`${'> '.repeat(100)}deep`, false)[0]?.tokens
  expect(JSON.stringify(tokens)).toContain('deep')
  expect(depth(tokens ?? [])).toBeLessThanOrEqual(LIMITS.depth + 1)
})

function nodes(tokens: readonly Token[]): number {
  return tokens.reduce((sum, token) => sum + 1 + nodes(children(token)), 0)
}

function depth(tokens: readonly Token[]): number {
  return tokens.length === 0 ? 0 : 1 + Math.max(...tokens.map((token) => depth(children(token))))
}

function children(token: Token): Token[] {
  if (token.type === 'list') return token.items
  if (token.type === 'table') return [token.header, ...token.rows].flat()
  return 'tokens' in token ? (token.tokens ?? []) : []
}
