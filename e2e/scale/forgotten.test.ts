import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPostgresStore } from '#lib/memory/store/postgres/postgres-store.ts'
import type { SessionRef, Store } from '#lib/memory/store/store.ts'
import { createPostgresServer, type PostgresServer } from '../postgres-server.ts'

/** A server of its own: its files are read. */
let server: PostgresServer
let store: Store
beforeAll(async () => {
  server = await createPostgresServer()
  store = await createPostgresStore(server.url)
}, 60_000)
afterAll(async () => {
  await store.close()
  await server.remove()
})

const CANARIES = ['zqxkanarok', 'wvbkanarok', 'ptlkanarok', 'gjfkanarok', 'hcykanarok']
const [inMessage, inReply, inSession, inSettings, inTitle] = CANARIES

/** The files in which any of the words stands, `pg_wal` (the log) apart from the rest. */
function found(): { data: string[]; log: string[] } {
  const files = readdirSync(server.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const holding = files.flatMap((file) => {
    const bytes = readFileSync(file)
    const name = file.slice(server.folder.length + 1)
    return CANARIES.filter((word) => bytes.includes(word)).map((word) => `${name} ${word}`)
  })
  const isLog = (name: string) => name.startsWith('pg_wal/')
  return { data: holding.filter((name) => !isLog(name)), log: holding.filter(isLog) }
}

/** Each on its own, as some cannot be in a transaction; answers the rows of the last. */
async function command(text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  let rows: Record<string, unknown>[] = []
  for (const each of text.split('; ')) rows = await sql.unsafe(each)
  await sql.end()
  return rows
}

async function addSummary(ref: SessionRef, throughId: string, context: string): Promise<void> {
  await store.enqueueJob(ref, { kind: 'compaction', dueAt: 0 })
  const job = await store.claimJob({ now: 1, leaseMs: 1, lease: 'L' })
  if (!job) throw new Error('no job to claim')
  const rest = { baseId: null, tokens: 1, folded: 1, source: 'llm', model: 'm', createdAt: 1 } as const
  await store.insertSummary(
    ref,
    { id: `S-${context}`, throughId, context, ...rest },
    { generation: job.generation, lease: job.lease, jobId: job.id, currentId: null },
  )
  await store.finishJob(job)
}

it('the files of the database hold nothing of what was forgotten: no table, index or statistic of it', async () => {
  const ref = { namespace: 'n', sessionId: 's' }
  const filler = Array.from({ length: 300 }, (_, n) => ({
    id: `f${n}`,
    role: 'user',
    content: `plain words of message ${n} `.repeat(n % 9),
    createdAt: n,
  }))
  await store.appendMessages(ref, filler)
  await store.appendMessages(ref, [{ id: 'm', role: 'user', content: `my ${inMessage}`, createdAt: 1 }])
  await addSummary(ref, 'm', `- 2026-01-01 user: ${inMessage}`)
  const { run } = await store.beginTurn(ref, {
    run: { id: 'r', owner: 'o', mode: 'reply' },
    turn: { kind: 'send', id: 'q', text: 'x', after: null, replyId: 'a' },
    maxActiveRuns: 9,
    now: 1,
  })
  await store.appendChunks(run, { first: 0, chunks: [`{"delta":"${inReply}"}`], at: 2 })
  const end = { status: 'complete', content: `so ${inReply}`, error: null, receipt: null, at: 3 } as const
  await store.finishRun(run, { ...end, jobs: [] })
  const gone = { namespace: 'n', sessionId: 'gone' }
  await store.appendMessages(gone, [{ id: 'm', role: 'user', content: `${inSession}`, createdAt: 1 }])
  await store.setTitle(gone, `${inTitle}`, 'person')
  await store.setSettings('eve', { customInstructions: `${inSettings}` })
  // As the server does by itself after a while: samples of the columns, kept in a table of its own.
  await command('ANALYZE; CHECKPOINT')
  expect(wordsIn(found().data)).toEqual(CANARIES)
  const sampled = await command("SELECT attname FROM pg_stats WHERE schemaname = 'motorhead_chat'")
  const columns = sampled.map(({ attname }) => String(attname))
  expect(columns).toContain('created_at')
  expect(columns.filter((column) => /^(content|context|title|words|chunks)$/.test(column))).toEqual([])

  await store.forgetMessage(ref, 'm')
  await store.forgetMessage(ref, 'a')
  await store.forgetSession(gone)
  await store.forgetEverything('eve')
  // What a server does for itself leaves removed rows in the pages, which is why a forget does more.
  await command('VACUUM; CHECKPOINT')
  expect(found().data).not.toEqual([])
  expect(await store.scrub()).toBe(true)
  await command('CHECKPOINT')
  expect(found().data).toEqual([])
  const hits = await store.searchMessages({ ref }, { terms: ['plain'], limit: 999 })
  expect(hits.length).toBeGreaterThan(100)

  // The server's own log still tells how it came; an operator can have its old files deleted, instead of used again.
  expect(wordsIn(found().log)).toEqual(CANARIES)
  await command('ALTER SYSTEM SET wal_recycle = off; SELECT pg_reload_conf()')
  await command('SELECT pg_switch_wal(); CHECKPOINT')
  await expect.poll(() => found().log, { timeout: 60_000 }).toEqual([])
}, 180_000)

/** In the order of the canaries. */
const wordsIn = (holding: string[]) =>
  CANARIES.filter((word) => holding.some((each) => each.endsWith(` ${word}`)))
