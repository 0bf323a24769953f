import fc from 'fast-check'
import { sealData } from 'iron-session'
import { describe, expect, it, vi } from 'vitest'
import { createIdentity } from './sealed-cookie.ts'

const OLD = 'old-vN3xq8Lr2TzW0bKc5YhDf7MjPa1sEu9g'
const NEW = 'new-K7dTq2Wm9XfRb4LzYh0CsVe6NjGp1aUo'
const USER = '01893c5e-1f2a-7bcd-8abc-0123456789ab'

async function sealedBy(secrets: string[], { https = false } = {}): Promise<string> {
  const headers = new Headers()
  await createIdentity({ secrets, https }).write(request(), headers, USER)
  return headers.get('set-cookie') ?? ''
}

function request(cookie?: string): Request {
  return new Request('http://localhost:3000/', { headers: cookie === undefined ? {} : { cookie } })
}

function nameAndValue(setCookie: string): string {
  return setCookie.split(';')[0] ?? ''
}

const read = (secrets: string[], cookie?: string) =>
  createIdentity({ secrets, https: false }).readRequest(request(cookie))

describe('the sealed cookie', () => {
  it('brings the user back', async () => {
    expect(await read([NEW], nameAndValue(await sealedBy([NEW])))).toBe(USER)
  })

  it('is for our pages only, and lasts', async () => {
    const cookie = await sealedBy([NEW])
    expect(cookie).toMatch(/^motorhead-chat=/)
    for (const attribute of [/; HttpOnly/i, /; SameSite=Lax/i, /; Path=\//i])
      expect(cookie).toMatch(attribute)
    expect(Number(/max-age=(\d+)/i.exec(cookie)?.[1])).toBeGreaterThan(399 * 86_400)
    expect(cookie).not.toMatch(/Secure|Domain/i)
    expect(cookie).not.toContain(USER)
  })

  it('is Secure with the __Host- prefix over HTTPS', async () => {
    const cookie = await sealedBy([NEW], { https: true })
    expect(cookie).toMatch(/^__Host-motorhead-chat=/)
    expect(cookie).toMatch(/; Secure/i)
    expect(cookie).not.toMatch(/Domain/i)
  })

  it('opens with an older secret until that one is dropped, whatever its place in the list', async () => {
    const cookie = nameAndValue(await sealedBy([OLD]))
    expect(await read([NEW, OLD], cookie)).toBe(USER)
    expect(await read([NEW, 'another-secret-of-32-characters-or-more', OLD], cookie)).toBe(USER)
    expect(await read([NEW], cookie)).toBeNull()
    expect(await read([NEW], nameAndValue(await sealedBy([NEW, OLD])))).toBe(USER)
  })

  it('is sealed anew once a day, after a secret is replaced, and when it is not the user’s', async () => {
    let time = Date.now()
    const renewed = async (secrets: string[], cookie: string, user = USER) => {
      const headers = new Headers()
      await createIdentity({ secrets, https: false, now: () => time }).write(request(cookie), headers, user)
      return headers.get('set-cookie') !== null
    }
    const fresh = nameAndValue(await sealedBy([OLD]))
    expect(await renewed([OLD], fresh)).toBe(false)
    expect(await renewed([NEW, OLD], fresh)).toBe(true)
    expect(await renewed([NEW], fresh)).toBe(true)
    expect(await renewed([OLD], fresh, USER.replace('0', '1'))).toBe(true)
    expect(await renewed([OLD], 'motorhead-chat=broken')).toBe(true)
    time += 25 * 60 * 60 * 1000
    expect(await renewed([OLD], fresh)).toBe(true)
  })

  it('is opened again when it has been remembered for a day', async () => {
    let time = Date.now()
    const identity = createIdentity({ secrets: [OLD], https: false, now: () => time })
    const cookie = nameAndValue(await sealedBy([OLD]))
    expect(await identity.readRequest(request(cookie))).toBe(USER)
    time += 401 * 24 * 60 * 60 * 1000
    vi.setSystemTime(time)
    expect(await identity.readRequest(request(cookie))).toBeNull()
    vi.useRealTimers()
  })

  it('is nobody when absent, empty, oversized or half', async () => {
    const value = nameAndValue(await sealedBy([NEW]))
    const bad = [
      undefined,
      'motorhead-chat=',
      `motorhead-chat=${'x'.repeat(10_000)}`,
      value.slice(0, -9),
      `${value}~9~9x`.slice(3),
    ]
    for (const cookie of bad) expect(await read([NEW], cookie)).toBeNull()
  })

  it('is nobody after any one character is changed', async () => {
    const cookie = nameAndValue(await sealedBy([NEW]))
    const start = cookie.indexOf('=') + 1
    const end = cookie.lastIndexOf('~')
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: start, max: end - 1 }),
        fc.constantFrom('A', 'b', '7', '_'),
        async (at, to) => {
          fc.pre(cookie[at] !== to)
          // The last base64url character of a part carries spare bits: another one can spell the same bytes.
          fc.pre(!['*', '~'].includes(cookie[at + 1] ?? '~'))
          expect(await read([NEW], cookie.slice(0, at) + to + cookie.slice(at + 1))).toBeNull()
        },
      ),
      { numRuns: 200 },
    )
  })

  it('is nobody, and no error, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const jar = { read: () => text }
        expect(await createIdentity({ secrets: [NEW], https: false }).read(jar)).toBeNull()
      }),
    )
  })

  it('is nobody when what was sealed is no user id, or has expired', async () => {
    const password = NEW
    for (const data of [{ user: 'admin' }, { user: 7 }, { user: USER.toUpperCase() }, {}, 'text', null]) {
      const seal = await sealData(data, { password, ttl: 0 })
      expect(await read([NEW], `motorhead-chat=${encodeURIComponent(seal)}`)).toBeNull()
    }
    const expired = await sealData({ user: USER }, { password, ttl: -120 })
    expect(await read([NEW], `motorhead-chat=${encodeURIComponent(expired)}`)).toBeNull()
  })
})
