import { describe, expect, it } from 'vitest'
import { isWirePath, parseAddress } from './address.ts'

describe('an address', () => {
  it.each([
    ['/sessions/a/memory', 'a'],
    ['//sessions///a//memory//', 'a'],
    ['/sessions/a/b/c/memory', 'a/b/c'],
    ['/sessions/a%2Fb/memory', 'a/b'],
    ['/sessions/a%252Fb/memory', 'a%2Fb'],
    ['/sessions/a%zz%20b/memory', 'a%zz b'],
    ['/sessions/%ff%41/memory', '%ff%41'],
    ['/sessions/memory/memory', 'memory'],
    ['/sessions/../memory', '..'],
    ['/sessions/a:b@c+d.e/memory?x=1', 'a:b@c+d.e'],
    ['/sessions/%F0%9F%98%80/memory', '😀'],
  ])('%s names the session %s', (url, sessionId) => {
    expect(parseAddress(url).target).toEqual({ kind: 'memory', sessionId })
  })

  it.each([
    ['/', 'health'],
    ['//?x', 'health'],
    ['/k/KEY', 'health'],
    ['/sessions/', 'sessions'],
    ['/sessions/a', 'unknown'],
    ['/sessions//memory', 'unknown'],
    ['/sessions/a/other', 'unknown'],
    ['/v1/motorhead/keys/current', 'key'],
    ['/k/KEY/openapi.json', 'openapi'],
    ['/v1/sessions', 'unknown'],
  ])('%s is %s', (url, kind) => {
    expect(parseAddress(url).target.kind).toBe(kind)
  })

  it('may begin with a key, encoded once', () => {
    expect(parseAddress('//k/a%2Bb//v1/motorhead/sessions?page=2')).toMatchObject({
      key: 'a+b',
      enveloped: true,
    })
  })

  it.each([
    '/sessions',
    '/sessions/x/memory',
    '//motorhead//sessions',
    '/v1/motorhead',
    '/k/KEY/x',
    '/keys/current/',
    '/openapi.json?x',
  ])('%s belongs to the memory API', (url) => expect(isWirePath(url)).toBe(true))

  it.each([
    '/',
    '/s/x',
    '/sessionsx',
    '/api/sessions',
    '/v1',
    '/k',
    '/k/',
    '/keys',
    '/keys/current/x',
    '/openapi.jsonx',
    '/kx/y',
  ])('%s belongs to the app', (url) => expect(isWirePath(url)).toBe(false))
})
