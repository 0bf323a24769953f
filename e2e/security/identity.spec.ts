import { expect } from '@playwright/test'
import { createPerson, type Person } from './person.ts'
import { test } from './target.ts'

test('the cookie comes with the first write, sealed and for our pages only', async ({ target }) => {
  const person = createPerson(target.origin)
  for (const path of ['/', '/api/sessions', '/api/model']) {
    expect((await person.request(path)).headers.getSetCookie()).toEqual([])
  }
  await person.begin('hello')
  expect(person.cookie()).toMatch(/^motorhead-chat=Fe26\.2/)
  expect(await sessionCount(person)).toBe(1)
})

test('a damaged or invented cookie is nobody’s, and never an error', async ({ target }) => {
  const person = createPerson(target.origin)
  await person.begin('hello')
  const [name, value = ''] = person.cookie().split('=')
  const middle = Math.floor(value.length / 2)
  const flipped = value[middle] === 'a' ? 'b' : 'a'
  const invented = [
    '',
    'x',
    value.slice(0, -20),
    value.slice(20),
    value.slice(0, middle) + flipped + value.slice(middle + 1),
    value.replace('Fe26.2', 'Fe26.3'),
    value.replace(/\*1\*/, '*2*'),
    'x'.repeat(12_000),
    '%',
    '%00',
    '"quoted"',
    'Fe26.2*1*a*b*c*d*e*f~2',
  ]
  for (const text of invented) {
    const stranger = createPerson(target.origin)
    const headers = { cookie: `${name}=${text}` }
    const list = await stranger.request('/api/sessions', { headers })
    expect(list.status, text.slice(0, 40)).toBe(200)
    expect(await list.json()).toEqual({ sessions: [], next: null })
    expect((await stranger.request('/', { headers })).status).toBe(200)
  }
})

test('a cookie that outgrows the limit for headers is refused, and the server goes on', async ({
  target,
}) => {
  const answer = await createPerson(target.origin).request('/', {
    headers: { cookie: `a=${'x'.repeat(40_000)}` },
  })
  expect(answer.status).toBe(431)
  expect((await fetch(`${target.origin}/api/health`)).status).toBe(200)
})

async function sessionCount(person: Person): Promise<number> {
  return (await (await person.request('/api/sessions')).json()).sessions.length
}
