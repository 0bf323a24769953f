import { expect } from '@playwright/test'
import { createPerson, firstMessage } from './person.ts'
import { test } from './target.ts'

test('the same message again is one message, one reply and one call of the model', async ({ target }) => {
  const person = createPerson(target.origin)
  await person.begin('hello')
  const text = `once ${crypto.randomUUID()}`
  const body = firstMessage(text)
  const send = async () => {
    const answer = await person.request('/api/chat', { method: 'POST', body })
    return { status: answer.status, run: answer.headers.get('x-run-id'), text: await answer.text() }
  }
  const answers = [...(await Promise.all([send(), send(), send()])), await send()]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(new Set(answers.map(({ run }) => run)).size).toBe(1)
  for (const { text } of answers) expect(text).toContain('"status":"complete"')
  expect(target.repliesTo(text)).toBe(1)
  const view = await (await person.request(`/api/sessions/${body.sessionId}`)).json()
  expect(view.messages.map((message: { role: string }) => message.role)).toEqual(['user', 'assistant'])
  expect(view.messages[0].text).toBe(text)
})

test('the same ids with other text are refused, and nothing changes', async ({ target }) => {
  const person = createPerson(target.origin)
  const body = firstMessage('first')
  await (await person.request('/api/chat', { method: 'POST', body })).text()
  const answer = await person.request('/api/chat', { method: 'POST', body: { ...body, text: 'second' } })
  expect(answer.status).toBe(409)
  expect(await answer.json()).toMatchObject({ error: { code: 'conflict' } })
  expect(target.repliesTo('second')).toBe(0)
  expect(await (await person.request(`/api/sessions/${body.sessionId}`)).text()).not.toContain('second')
})
