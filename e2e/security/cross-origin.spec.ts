import { expect } from '@playwright/test'
import { createPerson } from './person.ts'
import { apiEndpoints } from './routes.ts'
import { test } from './target.ts'

const writes = apiEndpoints().filter(({ method }) => method !== 'GET')

const STRANGERS: Record<string, Record<string, string>> = {
  'another site': { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  'another site that leaves out Sec-Fetch-Site': { origin: 'https://evil.example' },
  'a sibling host': { 'sec-fetch-site': 'same-site' },
  'an opaque origin': { origin: 'null' },
  'another port of this machine': { origin: 'http://127.0.0.1:1' },
  'a forwarded host of its own': { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
}

for (const { name, method, path } of writes) {
  test(`${name} is refused to strangers, whatever they send`, async ({ target }) => {
    const address = path.replaceAll(/\[[^\]]+\]/g, crypto.randomUUID())
    for (const [who, headers] of Object.entries(STRANGERS)) {
      for (const type of ['application/json', 'text/plain']) {
        const person = createPerson(target.origin)
        const answer = await person.request(address, {
          method,
          body: '{}',
          headers: { ...headers, 'content-type': type },
        })
        expect(answer.status, who).toBe(403)
        expect(await answer.json()).toMatchObject({ error: { code: 'cross-origin' } })
        expect(person.cookie()).toBe('')
      }
    }
    const silent = await fetch(target.origin + address, {
      method,
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(silent.status).toBe(403)
  })
}

test('a form of any site cannot write, as only JSON is taken', async ({ target }) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const answer = await createPerson(target.origin).request('/api/chat', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': type },
    })
    expect(answer.status).toBe(415)
  }
})

test('nothing invites other origins to read', async ({ target }) => {
  for (const { path } of apiEndpoints()) {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await fetch(target.origin + path.replaceAll(/\[[^\]]+\]/g, crypto.randomUUID()), {
        method,
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      })
      const cors = [...answer.headers.keys()].filter((header) => header.startsWith('access-control'))
      expect(cors, `${method} ${path}`).toEqual([])
      await answer.text()
    }
  }
})
