import { request } from 'node:http'
import { expect } from '@playwright/test'
import { test } from './fixtures.ts'

test('a server that is stopped answers the save that it has begun, and keeps it', async ({ startServer }) => {
  const server = await startServer()
  const memory = `${server.url}/sessions/drained/memory`
  const body = JSON.stringify({ messages: [{ role: 'Human', content: 'said while it stops' }] })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const save = request(memory, { method: 'POST', headers })
  const answered = new Promise<number | undefined>((resolve, reject) => {
    save.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject)
  })
  save.write(body.slice(0, 20))
  // A later request was answered: the first one has arrived.
  expect((await fetch(`${server.url}/sessions`)).status).toBe(200)
  const stopped = server.stop()
  await expect
    .poll(() =>
      fetch(memory).then(
        () => 'open',
        () => 'closed',
      ),
    )
    .toBe('closed')
  save.end(body.slice(20))
  expect(await answered).toBe(200)
  expect(await stopped).toBe(0)
  await server.start()
  expect((await (await fetch(memory)).json()).messages).toEqual([
    { role: 'Human', content: 'said while it stops' },
  ])
})
