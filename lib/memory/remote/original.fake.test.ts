import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Original, startOriginal } from './original.fake.ts'

let there: Original
beforeEach(async () => {
  there = await startOriginal()
})
afterEach(() => there.close())

/** The stand-in against what a real one answered, where those records are at hand. */
const RECORDS = join(import.meta.dirname, '../../../../shared/wire/original.jsonl')
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
  it.skipIf(!existsSync(RECORDS))(
    `answers as the recorded one did${existsSync(RECORDS) ? '' : ' (SKIPPED: no records at ../shared/wire)'}`,
    async () => {
      const cases = readFileSync(RECORDS, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
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
    },
  )
})
