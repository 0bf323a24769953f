import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { messages, openScene } from './wire.fake.ts'

/** What a real Motörhead answered, beside the project; see the README there. */
const RECORDED = fileURLToPath(new URL('../../../../shared/wire/original.jsonl', import.meta.url))

type Step = {
  request: { method?: string; path: string; body?: unknown; headers?: Record<string, string | null> }
  response: { status?: number; body?: string }
}
type Case = { name: string; note?: string; steps: Step[] }
type Ours = { status: number; body: string }

const OK = '{"status":"Ok"}'
const EMPTY = { messages: [], context: null, tokens: 0 }

/**
 * Where ours differs on purpose: the reason, and what ours answers to the steps that differ (by number; a function checks
 * all answers of the case). Everything else is equal, but that `data` repeats an object for clients of the managed service
 * (section 3.1) and that every refusal is JSON with `error` and `message` in words of its own (sections 1 and 3.6).
 */
const DIFFERENCES: Record<
  string,
  { reason: string; ours: Record<number, unknown> | ((ours: Ours[]) => void) }
> = {
  'empty messages': { reason: '4.11: no 500 for a save of nothing', ours: { 0: OK } },
  'empty messages with context': {
    reason: '4.11: the context is set, whole and without a 500',
    ours: { 0: OK },
  },
  'role with a colon and a space': {
    reason: '4.4: roles come back byte for byte',
    ours: { 1: { messages: [{ role: 'tool: search', content: 'result: 5' }], context: null, tokens: 0 } },
  },
  'body of 2.2 MB': {
    reason: '5: a message over 1 MB is 413, and the next request on the connection is answered',
    ours: { 0: 413, 1: EMPTY },
  },
  'delete with a namespace': {
    reason: '4.5: what is deleted is in no listing either',
    ours: { 3: [] },
  },
  'list order, page and size': {
    reason: '4.11: page and size begin at 1',
    ours: { 19: 400, 20: 400 },
  },
  retrieval: {
    reason: '5: retrieval is on unless it is switched off, and needs no embeddings',
    ours: {
      1: (body: { dist: number }[]) => expect(body[0]).toMatchObject({ content: 'message 1', dist: 0 }),
    },
  },
  slashes: {
    reason: '3.2: doubled and trailing slashes mean nothing',
    ours: { 1: ONE(), 2: ONE(), 3: ONE() },
  },
  'id: raw slash': { reason: '3.5: an id may hold slashes', ours: { 0: OK, 1: ONE() } },
  'id: 600 bytes': { reason: '3.5: ids have at most 512 bytes', ours: { 0: 400, 1: 400 } },
  'window: 12 then 13 then 14 messages': windowed(
    14,
    '4.3: the boundary message is in the window or the summary, not in both',
  ),
  'window: two a post, 30 messages': windowed(30, '4.2: the first message is not lost'),
  'window: 25 in one post': windowed(25, '4.1 and 4.2: no thirteenth message, and none lost'),
  'window: 100 in one post': windowed(100, '4.2: none of the 87 is lost'),
  tokens: {
    reason: '4.2: counted by us for the summary as it stands, over other messages; 0 before the first one',
    ours: (ours) => {
      expect(JSON.parse(ours[1]?.body ?? '').tokens).toBe(0)
      expect(JSON.parse(ours.at(-1)?.body ?? '').tokens).toBeGreaterThan(0)
    },
  },
}

const recorded: Case[] = existsSync(RECORDED)
  ? readFileSync(RECORDED, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : []

describe.skipIf(recorded.length === 0)(
  'answers as a real Motörhead (skipped without its recorded answers)',
  () => {
    it('covers every case, and names no difference in a case that is not there', () => {
      expect(recorded.length).toBe(55)
      const names = recorded.map(({ name }) => name)
      expect(Object.keys(DIFFERENCES).filter((name) => !names.includes(name))).toEqual([])
    })

    it.each(recorded)('$name', async ({ name, steps }) => {
      const scene = openScene()
      const ours: Ours[] = []
      for (const { request } of steps) {
        ours.push(await play(scene, request))
        if (name.startsWith('window') || name === 'tokens') await scene.settle()
      }
      await scene.close()
      const difference = DIFFERENCES[name]?.ours ?? {}
      if (typeof difference === 'function') return difference(ours)
      for (const [index, { request, response }] of steps.entries()) {
        const answer = ours[index] as Ours
        const where = `step ${index}: ${request.method ?? 'GET'} ${request.path}`
        if (index in difference) compareOurs(answer, difference[index], where)
        else compare(answer, response, where)
      }
      expect(scene.errors).toEqual([])
    })
  },
)

async function play(scene: ReturnType<typeof openScene>, request: Step['request']): Promise<Ours> {
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name, value ?? undefined]),
  )
  const body = typeof request.body === 'string' ? whole(request.body) : request.body
  const method = request.method ?? 'GET'
  return scene.ask(request.path, { method, headers, ...(body !== undefined && body !== null && { body }) })
}

function compare({ status, body }: Ours, response: Step['response'], where: string): void {
  expect(status, where).toBe(response.status)
  const theirs = response.body ?? ''
  if (status >= 400) isRefusal(body, where)
  else if (/… \(\d+ characters\)$/.test(theirs)) {
    expect(withoutData(body).length, where).toBe(whole(theirs).length)
  } else if (/^\{"now":\d+\}$/.test(theirs)) expect(body).toMatch(/^\{"now":\d+\}$/)
  else expect(withoutData(body), where).toBe(theirs)
}
function compareOurs({ status, body }: Ours, expected: unknown, where: string): void {
  if (typeof expected === 'number') {
    expect(status, where).toBe(expected)
    isRefusal(body, where)
    return
  }
  expect(status, where).toBe(200)
  if (typeof expected === 'string') expect(body, where).toBe(expected)
  else if (typeof expected === 'function') expected(JSON.parse(body))
  else expect(JSON.parse(withoutData(body)), where).toEqual(expected)
}

function isRefusal(body: string, where: string): void {
  if (body === '') return
  expect(JSON.parse(body), where).toMatchObject({ error: expect.any(String), message: expect.any(String) })
}

/** The answer of the self-hosted original in ours; what stands under `data` must be the same. */
function withoutData(body: string): string {
  const { data, ...plain } = JSON.parse(body)
  if (data === undefined) return body
  expect(data).toEqual(plain)
  return JSON.stringify(plain)
}

/** Recorded long texts are cut in the middle of a run of one letter, and say how long they were. */
function whole(text: string): string {
  const cut = /^(.*?)(x+)… \((\d+) characters\)$/s.exec(text)
  if (!cut) return text
  const [, head = '', , length] = cut
  const tail = head.startsWith('{"messages":[{"role"') ? '"}]' : ''
  const end = `${tail}${text.includes('"context"') ? '' : '}'}`
  return head + 'x'.repeat(Number(length) - head.length - end.length) + end
}

function ONE() {
  return { messages: messages(1), context: null, tokens: 0 }
}

/** Every message is in the window or in the summary, each once, and the window is not exceeded. */
function windowed(count: number, reason: string) {
  return {
    reason,
    ours(ours: Ours[]) {
      const memory = JSON.parse(ours.at(-1)?.body ?? '')
      const numbersOf = (text: string) => (text.match(/\d+/g) ?? []).map(Number)
      const inWindow: number[] = memory.messages.flatMap(({ content }: { content: string }) =>
        numbersOf(content),
      )
      expect(inWindow.length).toBeLessThanOrEqual(12)
      const all = [...numbersOf(memory.context ?? ''), ...inWindow.toReversed()]
      expect(all).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    },
  }
}
