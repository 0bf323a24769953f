import { describe, expect, it } from 'vitest'
import { addressOf, sessionAt } from './session-address.ts'

const store = {
  namespacesOf: async (owner: string) => [owner, ...(owner === 'bob' ? ['key:k1'] : [])],
}

describe('the address of a session', () => {
  it('is the plain id for a chat of one’s own', async () => {
    const ref = { namespace: 'bob', sessionId: '6f9f0f5e-6f0e-4a83-9a3e-6a2f3c8c9d10' }
    expect(addressOf('bob', ref)).toBe(ref.sessionId)
    expect(await sessionAt(store, 'bob', ref.sessionId)).toEqual(ref)
  })

  it.each(['a:b/c', '漢字 👩‍👩‍👧', '..', 'k.k1.eA', '%2F', ''])(
    'leads back to a program’s session %j',
    async (sessionId) => {
      const ref = { namespace: 'key:k1', sessionId }
      const address = addressOf('bob', ref)
      expect(address).toMatch(/^k\.k1\.[\w-]*$/)
      expect(await sessionAt(store, 'bob', address)).toEqual(ref)
    },
  )

  it('leads nowhere for somebody who does not own the key', async () => {
    await expect(sessionAt(store, 'eve', 'k.k1.eA')).rejects.toMatchObject({ code: 'not-found' })
  })
})
