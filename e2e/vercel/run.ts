import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionView } from '#lib/chat/types.ts'
import { createPostgresStore } from '#lib/memory/store/postgres/postgres-store.ts'
import { type FakeLlm, startFakeLlm } from '../fake-llm.ts'
import { createPostgresServer, type PostgresServer } from '../postgres-server.ts'
import { firstMessage } from '../security/person.ts'
import { buildForVercel } from './build.ts'
import { type FunctionInstance, startFunction, unpackFunction } from './function-instance.ts'

/**
 * `npm run test:vercel`: makes the real output of a Vercel build and runs its functions by their own entry, over a real
 * Postgres, standing still and killed as on the platform. Needs a package registry for Vercel's builder; some minutes.
 * `VERCEL_PROJECT`: a folder that holds such a build already.
 */
const root = join(import.meta.dirname, '..', '..')
const scratch = mkdtempSync(join(tmpdir(), 'motorhead-vercel-'))
const SESSION_SECRET = 'vN3xq8Lr2TzW0bKc5YhDf7MjPa1sEu9g'
const instances: FunctionInstance[] = []
let llm: FakeLlm | undefined
let postgres: PostgresServer | undefined

try {
  const project = process.env.VERCEL_PROJECT ?? buildForVercel(root, scratch)
  const folder = join(scratch, 'function')
  unpackFunction(project, 'api/chat', folder)
  llm = await startFakeLlm()
  postgres = await createPostgresServer()
  await examine(project, folder, llm, postgres)
} finally {
  for (const instance of instances) instance.kill()
  await postgres?.remove()
  await llm?.close()
  rmSync(scratch, { recursive: true, force: true })
}

async function examine(
  project: string,
  folder: string,
  llm: FakeLlm,
  postgres: PostgresServer,
): Promise<void> {
  const env = {
    DATABASE_URL: postgres.url,
    SESSION_SECRET,
    OPENAI_BASE_URL: llm.baseUrl,
    OPENAI_API_KEY: 'sk-canary-key',
    CHAT_MODEL: 'fake',
  }
  const start = async (given: Record<string, string> = env) => {
    const instance = await startFunction(folder, given)
    instances.push(instance)
    return instance
  }

  await step('a function may take five minutes, and all routes share one', () => {
    const { maxDuration } = JSON.parse(
      readFileSync(join(project, '.vercel/output/functions/api/chat.func/.vc-config.json'), 'utf8'),
    )
    assert.equal(maxDuration, 300)
  })

  await step('without a database it says so', async () => {
    const bare = await start({ SESSION_SECRET })
    assert.equal((await bare.request('/api/health')).status, 503)
    assert.match(bare.output(), /DATABASE_URL is not set, and Vercel keeps no files/)
    bare.kill()
  })

  const [one, two] = [await start(), await start()]
  const turn = firstMessage('a long one')
  let cookie = ''

  await step(
    'a reply goes on when its reader has left, and the function stands still only after it',
    async () => {
      llm.when('a long one', { say: 'The beginning', hold: true, rest: ' and the end.' })
      const reading = new AbortController()
      const sent = await send(one, turn, reading.signal)
      assert.equal(sent.status, 200)
      cookie = sent.headers.get('set-cookie')?.split(';')[0] ?? ''
      assert.match(cookie, /^__Host-/)
      reading.abort()
      await sleep(1500)
      assert.equal(one.isStill(), false)
      llm.release('a long one')
      await until(() => one.isStill())
      const { messages } = await view(two, turn.sessionId)
      assert.deepEqual([messages[1]?.text, messages[1]?.status], ['The beginning and the end.', 'complete'])
    },
  )

  await step('the jobs of a reply are done before the function stands still', async () => {
    assert.equal((await view(two, turn.sessionId)).session.title, 'A fake title')
  })

  await step('what a stopped function left undone is caught up by any request to another one', async () => {
    const cut = {
      ...firstMessage('the last words'),
      sessionId: turn.sessionId,
      isNew: false,
      after: turn.replyId,
    }
    llm.when('the last words', { say: 'Half of', hold: true })
    const sending = send(one, cut).then((answer) => answer.text())
    sending.catch(() => {})
    await until(async () => (await view(two, turn.sessionId)).messages[3]?.text === 'Half of')
    one.kill()
    const store = await createPostgresStore(postgres.url)
    const { namespace } = (await store.unfinishedRuns())[0]?.ref ?? { namespace: '' }
    await store.enqueueJob({ namespace, sessionId: turn.sessionId }, { kind: 'compaction', dueAt: 0 })
    // Nothing is known of a function's life but its heartbeat.
    await until(async () => {
      await two.request('/api/sessions', { headers: { cookie } })
      return (await store.unfinishedRuns()).length === 0 && (await store.nextJobAt()) === null
    }, 60_000)
    await store.close()
    const reply = (await view(two, turn.sessionId)).messages[3]
    assert.deepEqual([reply?.text, reply?.status], ['Half of', 'interrupted'])
  })

  function send(instance: FunctionInstance, body: object, signal?: AbortSignal): Promise<Response> {
    return instance.request('/api/chat', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        ...(cookie && { cookie }),
      },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    })
  }

  async function view(instance: FunctionInstance, sessionId: string): Promise<SessionView> {
    const answer = await instance.request(`/api/sessions/${sessionId}`, { headers: { cookie } })
    assert.equal(answer.status, 200)
    return (await answer.json()) as SessionView
  }
}

async function step(name: string, check: () => void | Promise<void>): Promise<void> {
  await check()
  console.log(`✓ ${name}`)
}

async function until(holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It did not come to pass in time.')
    await sleep(500)
  }
}
