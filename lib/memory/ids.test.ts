import { expect, it } from 'vitest'
import { newId } from './ids.ts'

it('makes ids of version 7 that are all different and sort by time', () => {
  const ids = Array.from({ length: 2000 }, (_, ms) => newId(1_700_000_000_000 + ms))
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(Array.from({ length: 2000 }, () => newId(5))).size).toBe(2000)
})
