import { expect, it } from 'vitest'
import { directionOf } from './text-direction.ts'

it.each([
  ['', 'ltr'],
  ['hello', 'ltr'],
  ['שלום hello', 'rtl'],
  ['1. مرحبا', 'rtl'],
  ['hello שלום', 'ltr'],
])('%j runs %s', (text, direction) => {
  expect(directionOf(text)).toBe(direction)
})
