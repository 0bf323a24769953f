import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { createAppServer } from '../app-server.ts'
import { type FakeLlm, startFakeLlm } from '../fake-llm.ts'
import { createPostgresServer, type PostgresServer } from '../postgres-server.ts'
import { firstMessage } from '../security/person.ts'
import { type Cluster, createCluster } from './cluster.ts'

/** Four production servers over one Postgres: whoever is asked, the answer is the same. */
test.describe.configure({ mode: 'serial' })

/** So few that a busy machine gets through them within the minute. */
const RUNS_PER_MINUTE = 12
const MAX_ACTIVE_RUNS = 3
/** So many are on one page of a chat, which is what is looked at. */
const TURNS_OF_A_PAGE = 40
const HELD = { hold: true, rest: ' and all of it.' } as const

let llm: FakeLlm
let postgres: PostgresServer
let cluster: Cluster
const clusters: Cluster[] = []

async function startCluster(size: number, env: Record<string, string> = {}): Promise<Cluster> {
  const settings = {
    DATABASE_URL: postgres.url,
    SESSION_SECRET: 'vN3xq8Lr2TzW0bKc5YhDf7MjPa1sEu9g',
    OPENAI_BASE_URL: llm.baseUrl,
    OPENAI_API_KEY: 'sk-canary-key',
    CHAT_MODEL: 'fake',
    MAX_ACTIVE_RUNS: String(MAX_ACTIVE_RUNS),
    ...env,
  }
  const servers = await Promise.all(Array.from({ length: size }, () => createAppServer(settings)))
  await Promise.all(servers.map((server) => server.start()))
  const started = createCluster(servers)
  clusters.push(started)
  return started
}

test.beforeAll(async () => {
  test.setTimeout(180_000)
  ;[llm, postgres] = await Promise.all([startFakeLlm(), createPostgresServer()])
  // All at once: they find an empty database, and one of them prepares it.
  cluster = await startCluster(4)
})
test.afterAll(async () => {
  await Promise.all(clusters.map((each) => each.dispose()))
  await postgres?.remove()
  await llm?.close()
})

test('questions sent at once to all of them make one line, and no reply is interleaved with another', async () => {
  const person = cluster.person()
  const first = firstMessage('hi im bob')
  await person.say(0, first)
  const questions = [1, 2, 3].map((n) => ({
    ...firstMessage(`question ${n}`),
    sessionId: first.sessionId,
    isNew: false,
    after: first.replyId,
  }))
  const answers = await Promise.all(questions.map((question, n) => person.say(n + 1, question)))
  for (const events of answers) expect(events).toContain('"status":"complete"')
  for (const server of [0, 1, 2, 3]) {
    const { messages } = await person.view(server, first.sessionId)
    expect(messages.map(({ role }) => role).join(' ')).toBe('user assistant '.repeat(4).trim())
    for (const [index, message] of messages.entries()) {
      expect(message.parentId).toBe(messages[index - 1]?.id ?? null)
      expect(message.status).toBe('complete')
    }
  }
  for (const { prompt } of llm.repliesTo('question').slice(1)) expect(prompt).toContain('That is noted.')
})

test('the replies that a person may have at once are as many on all of them together as on one', async () => {
  const person = cluster.person()
  await person.say(0, firstMessage('hello'))
  for (let n = 0; n < 12; n++) llm.when('busy', { say: 'Some', ...HELD })
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => person.send(n % 4, firstMessage(`busy ${n}`))),
  )
  const accepted = answers.filter(({ status }) => status === 200)
  expect(accepted).toHaveLength(MAX_ACTIVE_RUNS)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(12 - MAX_ACTIVE_RUNS)
  const releasing = setInterval(() => llm.release('busy'), 100)
  await Promise.all(accepted.map((answer) => answer.text()))
  clearInterval(releasing)
})

test('the replies of a minute are counted exactly over all of them', async () => {
  const strict = await startCluster(2, { RUNS_PER_MINUTE: String(RUNS_PER_MINUTE) })
  const person = strict.person()
  await person.say(0, firstMessage('hello'))
  let accepted = 1
  let refused: Response | undefined
  for (let round = 0; round < 10 && !refused; round++) {
    const answers = await Promise.all([0, 1, 2].map((n) => person.send(round + n, firstMessage('count me'))))
    await Promise.all(answers.map((answer) => answer.clone().text()))
    accepted += answers.filter(({ status }) => status === 200).length
    refused = answers.find(({ status }) => status === 429)
  }
  expect(accepted).toBe(RUNS_PER_MINUTE)
  expect(llm.repliesTo('count me')).toHaveLength(RUNS_PER_MINUTE - 1)
  const seconds = Number(refused?.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  // Reading goes on.
  expect((await person.request(1, '/api/sessions')).status).toBe(200)
})

test('a reply can be followed and stopped where it is not written', async () => {
  const person = cluster.person()
  const turn = firstMessage('a long one')
  llm.when('a long one', { say: 'The beginning', ...HELD })
  const sent = await person.send(0, turn)
  const runId = sent.headers.get('x-run-id') ?? ''
  const followed = await person.request(1, `/api/chat/${turn.sessionId}/stream?run=${runId}&from=0`)
  const frames = framesOf(followed)
  let text = ''
  while (!text.includes('beginning')) text += (await frames.next()).value ?? ''
  const stopped = await person.request(2, `/api/chat/${turn.sessionId}/stop`, { runId })
  expect(stopped.status).toBe(200)
  const at = Date.now()
  await expect.poll(() => llm.repliesTo('a long one')[0]?.abortedAt).not.toBeNull()
  expect((llm.repliesTo('a long one')[0]?.abortedAt ?? Number.POSITIVE_INFINITY) - at).toBeLessThan(8000)
  for await (const frame of frames) text += frame
  expect(text).toContain('"status":"stopped"')
  const { messages } = await person.view(3, turn.sessionId)
  expect(messages[1]).toMatchObject({ text: 'The beginning', status: 'stopped' })
})

test('one that is killed leaves its reply to the others: marked, to be read and to be gone on with', async () => {
  const person = cluster.person()
  const turn = firstMessage('the last words')
  llm.when('the last words', { say: 'Half of', ...HELD })
  const sent = await person.send(0, turn)
  const runId = sent.headers.get('x-run-id') ?? ''
  const address = `/api/chat/${turn.sessionId}/stream?run=${runId}&from=0`
  await expect.poll(async () => (await person.view(1, turn.sessionId)).messages[1]?.text).toBe('Half of')
  const following = person.request(1, address).then((answer) => answer.text())
  await cluster.servers[0]?.kill()
  expect(await following).toContain('"status":"interrupted"')
  expect((await person.view(2, turn.sessionId)).messages[1]).toMatchObject({
    text: 'Half of',
    status: 'interrupted',
  })
  const goOn = { kind: 'continue', sessionId: turn.sessionId, messageId: turn.replyId }
  expect(await person.say(3, goOn)).toContain('"status":"complete"')
  await cluster.servers[0]?.start()
})

test('a long conversation is summarised once, whoever does it, and nothing of it is lost', async () => {
  const person = cluster.person()
  const first = firstMessage('my name is Zoe')
  await person.say(0, first)
  let after = first.replyId
  for (let n = 1; n <= 12; n++) {
    const turn = { ...firstMessage(`fact ${n}`), sessionId: first.sessionId, isNew: false, after }
    await person.say(n % 4, turn)
    after = turn.replyId
  }
  const audit = async (server: number) =>
    (await (await person.request(server, `/api/memory/${first.sessionId}`)).json()).audit
  await expect.poll(async () => (await audit(1)).window).toBeLessThanOrEqual(12)
  for (const server of [0, 1, 2, 3]) {
    const { messages, summarised, window, lost, doubled } = await audit(server)
    expect({ messages, sum: summarised + window, lost, doubled }).toEqual({
      messages: 26,
      sum: 26,
      lost: 0,
      doubled: 0,
    })
  }
})

test('while Postgres is killed and started again, no acknowledged message is lost, and they all come back', async () => {
  test.setTimeout(240_000)
  const pids = cluster.servers.map((server) => server.pid())
  let busy = true
  const talks = Array.from({ length: 4 }, () => ({
    person: cluster.person(),
    first: firstMessage('begin'),
    acknowledged: [] as string[],
  }))
  const told = talks.map(async ({ person, first, acknowledged }, n) => {
    await person.insist(n, first)
    acknowledged.push(first.id)
    for (let after = first.replyId, turn = 1; busy && turn < TURNS_OF_A_PAGE; turn++) {
      await sleep(400)
      const next = { ...firstMessage(`turn ${turn}`), sessionId: first.sessionId, isNew: false, after }
      await person.insist((n + turn) % 4, next)
      acknowledged.push(next.id)
      after = next.replyId
    }
  })
  for (const how of ['kill', 'fast'] as const) {
    await sleep(2500)
    await postgres.stop(how)
    await sleep(1500)
    await postgres.start()
  }
  const counts = () => talks.map(({ acknowledged }) => acknowledged.length)
  const atReturn = counts()
  const goesOn = (count: number, n: number) => count > Math.max(8, (atReturn[n] ?? 0) + 2)
  await expect.poll(() => counts().every(goesOn), { timeout: 60_000 }).toBe(true)
  busy = false
  await Promise.all(told)
  for (const { person, first, acknowledged } of talks) {
    const { sessionId } = first
    const { messages } = await person.view(0, sessionId)
    const asked = messages.filter(({ role }) => role === 'user').map(({ id }) => id)
    expect(asked).toEqual(acknowledged)
    const { audit } = await (await person.request(1, `/api/memory/${sessionId}`)).json()
    expect(audit).toMatchObject({ lost: 0, doubled: 0, messages: messages.length })
  }
  expect(cluster.servers.map((server) => server.pid())).toEqual(pids)
  for (const server of [0, 1, 2, 3]) {
    expect((await talks[0]?.person.request(server, '/api/health'))?.status).toBe(200)
  }
})

async function* framesOf(answer: Response): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder()
  for await (const bytes of answer.body ?? []) yield decoder.decode(bytes as Uint8Array, { stream: true })
}
