import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchTerms, spaceOut, wordsOf } from './terms.ts'

describe('searchTerms', () => {
  it('keeps the content words of a question and drops the rest', () => {
    expect(searchTerms('What did I say about the blue bicycle in Paris?')).toEqual([
      'blue',
      'bicycle',
      'paris',
    ])
  })

  it('keeps numbers and the parts of codes', () => {
    expect(searchTerms('is XK-42 the code for door 7?')).toEqual(['xk', '42', 'code', 'door', '7'])
  })

  it('closes up apostrophes and normalises width and case', () => {
    expect(wordsOf("What's Ｂｏｂ’s CAFÉ?")).toEqual(['whats', 'bobs', 'café'])
  })

  it.each([
    ['whats my name?', ['name', 'im', "i'm", 'call']],
    ['who am i', ['im', "i'm", 'am', 'name']],
    ['Where do I live?', ['live', 'moved', 'from']],
    ['how old am I?', ['old', 'years', 'born']],
    ['what do i like?', ['love', 'prefer', 'like']],
    ['where do I work?', ['work', 'job']],
    ['what do you know about me', ['im', 'my']],
  ])('adds to %j the words with which people answer it', (question, terms) => {
    expect(searchTerms(question)).toEqual(expect.arrayContaining(terms))
  })

  it('adds nothing to a question that is not about the person', () => {
    expect(searchTerms('how tall is the Eiffel tower?')).toEqual(['tall', 'eiffel', 'tower'])
  })

  it('gives scripts without spaces as their run and its pairs of characters', () => {
    expect(searchTerms('我的名字')).toEqual(['我的名字', '我的', '的名', '名字'])
  })

  it('gives an index each pair of characters of an unspaced script, and any other text as it is', () => {
    expect(spaceOut('My name, 我的名字!')).toBe('My name, 我的名字 我的 的名 名字!')
    expect(spaceOut('ﬁne  text\n')).toBe('ﬁne  text\n')
    for (const term of searchTerms('我的名字叫什么名字在这里')) {
      expect(spaceOut('你好我的名字叫什么名字在这里').split(' ')).toContain(term)
    }
  })

  it('gives few, short, unique, lower-case terms whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => {
        const terms = searchTerms(text)
        expect(terms.length).toBeLessThanOrEqual(48)
        expect(new Set(terms).size).toBe(terms.length)
        for (const term of terms) {
          expect(term).not.toBe('')
          expect(term.length).toBeLessThanOrEqual(64)
          expect(term).not.toMatch(/[\s"*()]/u)
        }
      }),
    )
  })
})
