import { describe, expect, test } from 'vitest'
import { NEW_CHAT, readDraft, writeDraft } from './drafts.ts'

function createFakeStorage() {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

describe('drafts', () => {
  test('each session has its own, and so has the new chat', () => {
    const storage = createFakeStorage()
    writeDraft('a', 'for a', storage)
    writeDraft(NEW_CHAT, 'for a new one', storage)
    expect([readDraft('a', storage), readDraft('b', storage), readDraft(NEW_CHAT, storage)]).toEqual([
      'for a',
      '',
      'for a new one',
    ])
  })

  test('an empty draft leaves nothing behind', () => {
    const storage = createFakeStorage()
    writeDraft('a', 'x', storage)
    writeDraft('a', '', storage)
    expect(storage.items.size).toBe(0)
  })

  test('a full or forbidden storage is ignored', () => {
    const refuse = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    const storage = { getItem: refuse, setItem: refuse, removeItem: refuse }
    expect(() => writeDraft('a', 'x', storage)).not.toThrow()
    expect(readDraft('a', storage)).toBe('')
  })
})
