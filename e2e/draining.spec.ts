import { request } from 'node:http'
import { expect } from '@playwright/test'
import type { AppServer } from './app-server.ts'
import { test } from './fixtures.ts'

/** A server waits 3 s for what was begun. A machine that stands still for as long just then tells nothing about it. */
const TRIES = 3

test('a server that is stopped answers the save that it has begun, and keeps it', async ({ startServer }) => {
  let server = await startServer()
  let answer = await saveWhileItStops(server)
  for (let tries = 1; answer instanceof Error && tries < TRIES; tries++) {
    server = await startServer()
    answer = await saveWhileItStops(server)
  }
  expect(answer).toBe(200)
  await server.start()
  expect((await (await fetch(memoryOf(server))).json()).messages).toEqual([
    { role: 'Human', content: 'said while it stops' },
  ])
})

const memoryOf = ({ url }: AppServer) => `${url}/sessions/drained/memory`

/** The status of the answer, or why there was none. */
async function saveWhileItStops(server: AppServer): Promise<number | undefined | Error> {
  const memory = memoryOf(server)
  const body = JSON.stringify({ messages: [{ role: 'Human', content: 'said while it stops' }] })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const save = request(memory, { method: 'POST', headers })
  const answered = new Promise<number | undefined | Error>((resolve) => {
    save.on('response', ({ statusCode }) => resolve(statusCode)).on('error', resolve)
  })
  save.write(body.slice(0, 20))
  // A later request was answered: the first one has arrived.
  expect((await fetch(`${server.url}/sessions`)).status).toBe(200)
  const stopped = server.stop()
  const isOpen = () =>
    fetch(memory).then(
      () => true,
      () => false,
    )
  await expect.poll(isOpen, { intervals: [10] }).toBe(false)
  save.end(body.slice(20))
  const answer = await answered
  expect(await stopped).toBe(0)
  return answer
}
