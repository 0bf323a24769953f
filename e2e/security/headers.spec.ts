import { expect } from '@playwright/test'
import { createPerson } from './person.ts'
import { test } from './target.ts'

/** Without it, `/` answers programs. */
const AS_PAGE = { headers: { accept: 'text/html' } }

test('a page runs only scripts of its own nonce, new for each request', async ({ target }) => {
  const nonces = new Set<string>()
  for (const path of ['/', '/', `/s/${crypto.randomUUID()}`, '/nowhere']) {
    const answer = await fetch(target.origin + path, AS_PAGE)
    expect(answer.status, path).toBe(path === '/' ? 200 : 404)
    const policy = answer.headers.get('content-security-policy') ?? ''
    const scripts = /script-src ([^;]+)/.exec(policy)?.[1] ?? ''
    expect(scripts).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/)
    for (const rule of [
      "frame-ancestors 'none'",
      "object-src 'none'",
      "base-uri 'none'",
      "connect-src 'self'",
    ]) {
      expect(policy).toContain(rule)
    }
    const nonce = /'nonce-([^']+)'/.exec(scripts)?.[1] ?? ''
    expect(nonce.length).toBeGreaterThan(20)
    nonces.add(nonce)
    const tags = (await answer.text()).match(/<script\b[^>]*>/g) ?? []
    expect(tags.length, path).toBeGreaterThan(0)
    for (const tag of tags) expect(tag, path).toContain(`nonce="${nonce}"`)
  }
  expect(nonces.size).toBe(4)
})

test('every kind of answer carries the security headers', async ({ target }) => {
  const page = await (await fetch(target.origin, AS_PAGE)).text()
  const script = /src="(\/_next\/static\/[^"]+\.js)"/.exec(page)?.[1]
  expect(script).toBeDefined()
  for (const path of ['/', '/nowhere', '/api/health', '/api/nowhere', script ?? '']) {
    const { headers } = await fetch(target.origin + path, AS_PAGE)
    expect(headers.get('x-content-type-options'), path).toMatch(/^nosniff/)
    expect(headers.get('referrer-policy'), path).toBe('no-referrer')
    expect(headers.get('x-frame-options'), path).toBe('DENY')
    expect(headers.get('permissions-policy'), path).toContain('camera=()')
    expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin')
    expect(headers.get('x-powered-by'), path).toBeNull()
  }
})

test('what is a person’s is stored by no cache', async ({ target }) => {
  const person = createPerson(target.origin)
  const { sessionId } = await person.begin('hello')
  for (const path of ['/', `/s/${sessionId}`, '/api/sessions', `/api/sessions/${sessionId}`]) {
    expect((await person.request(path)).headers.get('cache-control'), path).toMatch(/private.*no-store/)
  }
})

test('scripts come without source maps and without secrets', async ({ target }) => {
  const page = await (await fetch(target.origin, AS_PAGE)).text()
  const scripts = [...page.matchAll(/src="(\/_next\/static\/[^"]+\.js)"/g)].map((match) => match[1] ?? '')
  expect(scripts.length).toBeGreaterThan(0)
  for (const script of scripts) {
    expect((await fetch(`${target.origin}${script}.map`)).status).toBe(404)
    const source = await (await fetch(target.origin + script)).text()
    expect(source).not.toMatch(/sourceMappingURL|sk-canary-key|SESSION_SECRET/)
  }
})

test('an unknown method is refused with those that are known', async ({ target }) => {
  for (const path of ['/api/chat', '/api/sessions', '/api/health']) {
    const answer = await createPerson(target.origin).request(path, { method: 'PUT' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toMatch(/GET|POST/)
    expect(await answer.json()).toHaveProperty('error.message')
  }
  expect((await fetch(target.origin, { method: 'PURGE' })).status).toBe(405)
})
