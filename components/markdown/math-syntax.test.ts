import { describe, expect, test } from 'vitest'
import { matchBlockMath, matchInlineMath } from './math-syntax.ts'

describe('a formula in a line', () => {
  test.each([
    ['$x$', 'x', false],
    ['$a_1 + b^2$ rest', 'a_1 + b^2', false],
    ['$5x + 3 = 8$', '5x + 3 = 8', false],
    ['$2$', '2', false],
    ['$$e = mc^2$$', 'e = mc^2', true],
    ['\\(a\\)', 'a', false],
    ['\\[ a \\]', 'a', true],
    ['$\\$5$', '\\$5', false],
  ])('%s', (src, tex, display) => {
    expect(matchInlineMath(src)).toMatchObject({ tex, display })
  })

  test.each([
    '$5 and $10',
    '$5-$10',
    '$5/$6 per month',
    '$5, or 6$',
    '$1.50 – $2',
    '$HOME and $PATH',
    '$PATH:$HOME',
    '$ x $',
    '$unclosed',
    '$a\nb$',
    '$a `code$`',
    '$$',
    '$$$$',
    '\\(never closed',
    '$',
  ])('%s is none', (src) => {
    expect(matchInlineMath(src)).toBeUndefined()
  })
})

describe('a formula on lines of its own', () => {
  test('from delimiter to delimiter', () => {
    expect(matchBlockMath('$$\na\n- b\n$$\nnext', false)).toMatchObject({
      raw: '$$\na\n- b\n$$\n',
      tex: 'a\n- b',
    })
    expect(matchBlockMath('\\[\na\n\\]', false)).toMatchObject({ tex: 'a', display: true })
  })
  test('text behind it makes it part of a line', () => {
    expect(matchBlockMath('$$a$$ and more', false)).toBeUndefined()
  })
  test('without an end only while it is written', () => {
    expect(matchBlockMath('$$\na', false)).toBeUndefined()
    expect(matchBlockMath('$$\na', true)).toMatchObject({ open: true })
  })
})
