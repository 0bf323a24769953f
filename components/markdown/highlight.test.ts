import { expect, test } from 'vitest'
import { highlight, highlighted } from './highlight.ts'
import { LIMITS } from './limits.ts'
import { mathLetters } from './math-alphabet.ts'

test('colours known languages and keeps every character', async () => {
  const code = 'const a: string = "<b>"\n// done'
  const spans = await highlight(code, 'ts')
  expect(spans?.map((span) => span.text).join('')).toBe(code)
  expect(spans?.find((span) => span.text === 'const')?.classes).toContain('hljs-keyword')
  expect(highlighted(code, 'ts')).toBe(spans)
})

test('leaves unknown languages and very long code plain', async () => {
  expect(await highlight('a', 'nonsense')).toBeNull()
  expect(await highlight('a', '')).toBeNull()
  expect(await highlight('a'.repeat(LIMITS.highlight + 1), 'js')).toBeNull()
})

test('letters of mathematical alphabets', () => {
  expect(mathLetters('R', 'double-struck')).toBe('ℝ')
  expect(mathLetters('x1', 'bold')).toBe('𝐱𝟏')
  expect(mathLetters('L', 'script')).toBe('ℒ')
  expect(mathLetters('x', 'normal')).toBe('x')
})
