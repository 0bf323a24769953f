import { afterEach, describe, expect, it, vi } from 'vitest'
import { createKeys } from './keys.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'

describe('keys', () => {
  const store = createSqliteStore(':memory:')
  let at = 1_000_000
  const keys = createKeys({ store, now: () => at })
  afterEach(() => vi.restoreAllMocks())

  it('are shown once, found by themselves alone, and stored as a hash', async () => {
    const made = await keys.create('bob', 'My notebook')
    if (!made) throw new Error('expected a key')
    expect(made.secret).toMatch(/^mh_[\w-]{43}$/)
    expect(await keys.find(made.secret)).toMatchObject({ id: made.key.id, owner: 'bob', name: 'My notebook' })
    expect(await keys.find(`${made.secret}x`)).toBeNull()
    expect(await keys.find('sk-something')).toBeNull()
    expect(JSON.stringify(await keys.list('bob'))).not.toContain(made.secret.slice(3, 20))
    expect(await keys.revoke('eve', made.key.id)).toBe(false)
    expect(await keys.revoke('bob', made.key.id)).toBe(true)
    expect(await keys.find(made.secret)).toBeNull()
  })

  it('write their last use once a minute, however busy the program is', async () => {
    const made = await keys.create('ann', 'busy')
    if (!made) throw new Error('expected a key')
    const write = vi.spyOn(store, 'noteKeyUse')
    for (let second = 0; second < 150; second++) {
      at += 1000
      await keys.find(made.secret)
    }
    expect(write).toHaveBeenCalledTimes(3)
    await Promise.all(write.mock.results.map(({ value }) => value))
    expect((await keys.list('ann'))[0]?.lastUsedAt).toBeGreaterThan(1_000_000)
  })

  it('are few enough to keep apart', async () => {
    for (let n = 0; n < 20; n++) await keys.create('cleo', `key ${n}`)
    expect(await keys.create('cleo', 'one more')).toBeNull()
  })
})
