import { expect, it } from 'vitest'
import type { Store } from '../store.ts'

export function keysContract(store: () => Store): void {
  const key = (id: string, owner = 'bob', createdAt = 1) => ({
    id,
    owner,
    name: `program ${id}`,
    hint: 'last',
    hash: `hash ${id}`,
    createdAt,
  })

  it('finds a key by its hash, with its last use, until it is revoked', async () => {
    expect(await store().addKey(key('k1'), 5)).toBe(true)
    expect(await store().findKey('hash k1')).toEqual({
      id: 'k1',
      owner: 'bob',
      name: 'program k1',
      hint: 'last',
      createdAt: 1,
      lastUsedAt: null,
    })
    await store().noteKeyUse('k1', 77)
    expect((await store().listKeys('bob'))[0]?.lastUsedAt).toBe(77)
    expect(await store().findKey('hash k2')).toBeNull()
    expect(await store().revokeKey('eve', 'k1', 2)).toBe(false)
    expect(await store().revokeKey('bob', 'k1', 2)).toBe(true)
    expect(await store().revokeKey('bob', 'k1', 3)).toBe(false)
    expect(await store().findKey('hash k1')).toBeNull()
    expect(await store().listKeys('bob')).toEqual([])
  })

  it('lists the keys of one person, newest first, and holds no more than allowed', async () => {
    await store().addKey(key('k1', 'bob', 1), 2)
    await store().addKey(key('k2', 'bob', 2), 2)
    expect(await store().addKey(key('k3', 'bob', 3), 2)).toBe(false)
    await store().addKey(key('k4', 'eve', 4), 2)
    expect((await store().listKeys('bob')).map(({ id }) => id)).toEqual(['k2', 'k1'])
    await store().revokeKey('bob', 'k1', 5)
    expect(await store().addKey(key('k3', 'bob', 3), 2)).toBe(true)
  })

  it('keeps the namespace of a revoked key with its person', async () => {
    await store().addKey(key('k1'), 5)
    await store().addKey(key('k2', 'eve'), 5)
    await store().revokeKey('bob', 'k1', 2)
    expect(await store().namespacesOf('bob')).toEqual(['bob', 'key:k1'])
    expect(await store().namespacesOf('nobody')).toEqual(['nobody'])
    expect(await Promise.all(['key:k1', 'key:k2', 'bob', 'key:k9'].map(store().ownerOf))).toEqual([
      'bob',
      'eve',
      'bob',
      'key:k9',
    ])
  })
}
