import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'
import { readDeployment } from './deployment.ts'
import { importDeployment } from './import-deployment.ts'
import { startRedis, type TestRedis } from './test-redis.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const NOW = Date.UTC(2026, 10, 25)
/** Unix seconds, as the original scores its sessions. */
const ACTIVE = 1_764_000_000

let server: TestRedis | string
let redis: ReturnType<typeof createClient>
let store: Store

beforeAll(async () => {
  server = await startRedis()
  if (typeof server === 'string') return console.warn(`SKIPPED: the import from Redis; ${server}.`)
  redis = createClient({ url: server.url })
  await redis.connect()
}, 300_000)
afterAll(async () => {
  if (typeof server === 'string') return
  redis.destroy()
  await server.stop()
})
beforeEach(async () => {
  store = createSqliteStore(':memory:')
  if (typeof server !== 'string') await redis.flushAll()
})
afterEach(() => store.close())

/** As the original writes a save: each message pushed to the head. */
async function said(id: string, ...entries: string[]): Promise<void> {
  for (const entry of entries) await redis.lPush(`session:${id}`, entry)
  await redis.zAdd('sessions', { value: id, score: ACTIVE })
}
const remembered = (key: string, session: string, role: string, content: string) =>
  redis.hSet(`motorhead:${key}`, { session, role, content, vector: '\u0001\u0002' })

const run = (namespace = 'default') =>
  importDeployment(store, readDeployment(redis), { namespace, now: NOW, titleOf: (text) => text.slice(0, 9) })
const ref = (sessionId: string, namespace = 'default') => ({ namespace, sessionId })
async function memoryOf(sessionId: string) {
  const { messages, summary } = await store.getWindow(ref(sessionId))
  return {
    window: messages.map(({ role, content }) => `${role}|${content}`),
    context: summary?.context ?? null,
  }
}

/** In the way of every test: without a Redis it is skipped, and says so. */
const withRedis = (context: TestContext) => context.skip(typeof server === 'string', String(server))

describe('the import of an original deployment', () => {
  it('brings sessions, messages in order, contexts and ids', async (context) => {
    withRedis(context)
    await said('testing-1', 'Human: hi im bob', 'AI: Hello Bob!', 'Human: note: two\nlines: é 漢字')
    await redis.set('context:testing-1', 'The user is Bob.')
    await redis.set('tokens:testing-1', '15')
    await said('a|b*:c d', 'user: hello')
    expect(await run()).toEqual({
      sessions: { new: 2, grown: 0, present: 0, inUse: 0 },
      messages: { window: 4, older: 0 },
      contexts: 1,
      labels: [],
      ambiguous: 1,
      unreadable: 0,
    })
    expect(await memoryOf('testing-1')).toEqual({
      window: ['Human|hi im bob', 'AI|Hello Bob!', 'Human|note: two\nlines: é 漢字'],
      context: 'The user is Bob.',
    })
    expect((await memoryOf('a|b*:c d')).window).toEqual(['user|hello'])
    expect(await store.getSession(ref('testing-1'))).toMatchObject({
      title: 'hi im bob',
      updatedAt: ACTIVE * 1000,
    })
    expect(await store.audit(ref('testing-1'))).toMatchObject({ messages: 3, window: 3, lost: 0, doubled: 0 })
  })

  it('is the same twice as once, and adds what came since, also after the original has trimmed', async (context) => {
    withRedis(context)
    await said('s', 'Human: one', 'AI: ok', 'Human: two', 'AI: ok')
    await run()
    const once = await store.exportSession(ref('s'))
    expect((await run()).sessions).toEqual({ new: 0, grown: 0, present: 1, inUse: 0 })
    expect(await store.exportSession(ref('s'))).toEqual(once)
    await said('s', 'Human: three', 'AI: ok')
    await redis.lTrim('session:s', 0, 2)
    expect(await run()).toMatchObject({ sessions: { grown: 1 }, messages: { window: 2 } })
    expect((await memoryOf('s')).window).toEqual([
      'Human|one',
      'AI|ok',
      'Human|two',
      'AI|ok',
      'Human|three',
      'AI|ok',
    ])
    await store.appendMessages(ref('s'), [{ id: 'own', role: 'Human', content: 'here', createdAt: NOW }])
    expect((await run()).sessions).toMatchObject({ present: 1 })
    expect((await memoryOf('s')).window).toHaveLength(7)
  })

  it('puts what only the long-term memory has before the window, under the context', async (context) => {
    withRedis(context)
    await said('s', 'Human: newest')
    await redis.set('context:s', 'summary of it all')
    await remembered('B', 's', 'AI', 'older answer')
    await remembered('A', 's', 'Human', 'older question')
    await remembered('C', 's', 'Human', 'newest')
    await remembered('D', 'other', 'Human', 'of another session')
    expect(await run()).toMatchObject({ sessions: { new: 2 }, messages: { window: 1, older: 3 } })
    expect(await memoryOf('s')).toEqual({ window: ['Human|newest'], context: 'summary of it all' })
    const scope = { ref: ref('s') }
    const hits = await store.searchMessages(scope, { terms: ['older'], limit: 9 })
    const messages = await store.readPlaces(scope, hits)
    expect(messages.map(({ role, content }) => `${role}|${content}`).sort()).toEqual([
      'AI|older answer',
      'Human|older question',
    ])
    expect(await store.audit(ref('s'))).toMatchObject({ messages: 3, summarised: 2, window: 1, lost: 0 })
    expect((await run()).sessions).toMatchObject({ new: 0, present: 2 })
  })

  it('splits a role at its first ": ", unless the long-term memory knows better', async (context) => {
    withRedis(context)
    await said('s', 'tool: search: result', 'tool: search: result 5', 'without a role')
    await remembered('A', 's', 'tool: search', 'result 5')
    expect(await run()).toMatchObject({ ambiguous: 1, unreadable: 1 })
    expect((await memoryOf('s')).window).toEqual(['tool|search: result', 'tool: search|result 5'])
  })

  it('keeps a context alone, the namespaces of a session, and leaves other keys alone', async (context) => {
    withRedis(context)
    await redis.set('context:alone', 'only this')
    await said('s', 'Human: x')
    await redis.zAdd('sessions:team', { value: 's', score: ACTIVE + 60 })
    await redis.zAdd('sessions:other', { value: 's', score: ACTIVE })
    await redis.zAdd('sessions:gone', { value: 'deleted', score: ACTIVE })
    await redis.hSet('session:odd', { not: 'a list' })
    await redis.set('sessions', 'no set').catch(() => {})
    expect(await run()).toMatchObject({ sessions: { new: 2 }, labels: ['team', 'other'], contexts: 1 })
    expect(await memoryOf('alone')).toEqual({ window: [], context: 'only this' })
    expect((await store.exportSession(ref('s')))?.session).toMatchObject({
      label: 'team',
      moreLabels: ['other'],
      updatedAt: (ACTIVE + 60) * 1000,
    })
    expect(await store.getSession(ref('deleted'))).toBeNull()
    expect((await run()).sessions).toMatchObject({ new: 0, present: 2 })
  })

  it('leaves a session alone that is in use here under the same id', async (context) => {
    withRedis(context)
    await said('s', 'Human: x')
    await store.appendMessages(ref('s'), [{ id: 'm', role: 'user', content: 'mine', createdAt: 1 }])
    expect((await run()).sessions).toEqual({ new: 0, grown: 0, present: 0, inUse: 1 })
    expect((await memoryOf('s')).window).toEqual(['user|mine'])
    expect((await run('other')).sessions).toMatchObject({ new: 1 })
  })

  it('is a command that reports, and never shows the password of the address', async (context) => {
    withRedis(context)
    const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-import-'))
    const command = (...args: string[]) => {
      const script = join(ROOT, 'lib', 'server', 'import-motorhead.ts')
      const env = { PATH: process.env.PATH, DATA_DIR: folder } as never
      return spawnSync(process.execPath, [script, ...args], { cwd: folder, env, encoding: 'utf8' })
    }
    await said('s', 'Human: x')
    const url = (server as TestRedis).url
    expect(command(url)).toMatchObject({ status: 0, stderr: '' })
    const again = command(url, '--namespace', 'client:team')
    expect(again.stdout).toContain('Sessions: 1 new in "client:team", 0 went on, 0 were here already.')
    expect(again.stdout).toContain('Messages: 1 added')
    const wrong = command(url.replace('//', '//user:canary-password@'))
    expect(wrong).toMatchObject({ status: 1, stdout: '' })
    expect(wrong.stderr).toBe('Redis does not take the user or password in the address.\n')
    const closed = command('redis://:canary-password@127.0.0.1:1')
    expect(closed.stderr).toMatch(/^Redis cannot be reached under that address \(.+\)\.\n$/u)
    expect(command('http://x').stderr).toMatch(/^Use it so: /u)
    rmSync(folder, { recursive: true })
  }, 60_000)
})
