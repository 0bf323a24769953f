import { describe, expect, it } from 'vitest'
import { beginningsOf, holdsWords, markWords, searchWords, snippetOf } from './search-text.ts'

const shown = (marked: { text: string; hit: boolean }[]) =>
  marked.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('')

describe('the words of a search', () => {
  it('are lower case, without accents, each once', () => {
    expect(searchWords('  Café, CAFÉ & "Lisbon"  ')).toEqual(['cafe', 'lisbon'])
    expect(searchWords('… ?!')).toEqual([])
  })

  it('are looked for under shorter beginnings, too', () => {
    expect(beginningsOf('runni')).toEqual(['runni', 'runn', 'run'])
    expect(beginningsOf('cat')).toEqual(['cat'])
  })
})

describe('marking', () => {
  it('marks beginnings and stems as they are written', () => {
    expect(shown(markWords('Lisbon in MAY, and a café.', ['lis', 'cafe']))).toBe(
      '[Lisbon] in MAY, and a [café].',
    )
    expect(shown(markWords('I run, she runs, running late', ['runni']))).toBe(
      'I [run], she [runs], [running] late',
    )
    expect(shown(markWords('hotel', ['hotels']))).toBe('[hotel]')
    expect(shown(markWords('a ruin, a runway', ['running']))).toBe('a ruin, a runway')
  })

  it('marks a part of a run where words have no spaces', () => {
    expect(shown(markWords('昨日東京へ行った', ['東京']))).toBe('[昨日東京へ行った]')
  })

  it('keeps every letter', () => {
    const text = 'İstanbul 👩‍👩‍👧 „Straße“ naïve\n— end'
    for (const words of [['i'], ['strasse'], ['naive'], ['end']])
      expect(
        markWords(text, words)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
  })
})

describe('a message', () => {
  it('holds the words only when it holds each', () => {
    expect(holdsWords('We dined in Lisbon', ['lisb', 'dine'])).toBe(true)
    expect(holdsWords('We dined in Lisbon', ['lisb', 'porto'])).toBe(false)
  })

  it('is cut around the first word found, on one line', () => {
    const text = `${'before '.repeat(40)}needle\n\n${'after '.repeat(60)}`
    const snippet = shown(snippetOf(text, ['needle']))
    expect(snippet).toMatch(/^… (before )+\[needle\] after/)
    expect(snippet).toMatch(/…$/)
    expect(snippet.length).toBeLessThan(200)
    expect(shown(snippetOf('## A **short** `needle`', ['needle']))).toBe('A short [needle]')
  })
})
