import { existsSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Original, startOriginal } from './original.fake.ts'

let there: Original
beforeEach(async () => {
  there = await startOriginal()
})
afterEach(() => there.close())

/** The stand-in against what a real one answered, where those records are at hand. */
const RECORDS = join(import.meta.dirname, '../../../../shared/wire/original.jsonl')
const recorded = () =>
  readFileSync(RECORDS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const SKIPPED = existsSync(RECORDS) ? '' : ' (SKIPPED: no records at ../shared/wire)'

const SAME = [
  'memory of an unknown session',
  'one message',
  'two messages: newest first',
  'three posts',
  'context set with messages',
  'context null keeps',
  'context empty string',
  'context replaced',
  'bytes of a content',
  'role with a colon and a space',
  'any role',
  'delete',
  'window: 12 then 13 then 14 messages',
  'window: two a post, 30 messages',
  'window: 100 in one post',
]

describe('the stand-in for an original', () => {
  it.skipIf(!existsSync(RECORDS))(`answers as the recorded one did${SKIPPED}`, async () => {
    const cases = recorded()
    for (const name of SAME) {
      const { steps } = cases.find((each) => each.name === name)
      for (const { request, response } of steps) {
        const path = request.path.replaceAll('SESSION', encodeURIComponent(name))
        const answer = await fetch(there.url + path, {
          method: request.method ?? 'GET',
          ...(request.body && {
            body: JSON.stringify(request.body),
            headers: { 'content-type': 'application/json' },
          }),
        })
        expect([name, answer.status, await answer.text()]).toEqual([name, response.status, response.body])
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
  })

  it.skipIf(!existsSync(RECORDS))(
    `refuses a body over 2 MB unread, and then hangs on that connection, as the recorded one did${SKIPPED}`,
    async () => {
      const { steps } = recorded().find(({ name }) => name === 'body of 2.2 MB')
      expect(steps[1].response).toEqual({ error: 'timeout 15 s' })
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const body = JSON.stringify({ messages: [{ role: 'Human', content: 'x'.repeat(2_200_000) }] })
      expect(body).toHaveLength(2_200_044)
      const refused = await ask(agent, 'POST', body)
      expect(refused).toEqual({ status: 400, body: steps[0].response.body })
      await expect(ask(agent, 'GET', undefined, 300)).rejects.toThrow('timeout')
      expect(await ask(new Agent(), 'GET')).toMatchObject({ status: 200 })
      agent.destroy()
    },
  )
})

/** On a connection of the agent's. */
function ask(
  agent: Agent,
  method: string,
  body?: string,
  timeoutMs = 10_000,
): Promise<{ status?: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/json', 'content-length': body.length } : {}
    const asked = request(`${there.url}/sessions/s1/memory`, { agent, method, headers }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject)
    })
    asked.setTimeout(timeoutMs, () => asked.destroy(new Error('timeout')))
    asked.on('error', reject).end(body)
  })
}
