import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { describeStore } from '../contract/contract.ts'
import type { SessionRef, Store } from '../store.ts'
import { openSqlite } from './database.ts'
import { SQLITE_MIGRATIONS } from './migrations.ts'
import { createSqliteStore } from './sqlite-store.ts'

describeStore('sqlite', async () => createSqliteStore(':memory:'))

describe('sqlite: the file', () => {
  const folders: string[] = []
  const newFile = () => {
    const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
    folders.push(folder)
    return join(folder, 'chat.db')
  }
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  it('is shared by two stores as by two processes', async () => {
    const file = newFile()
    const [one, two] = [createSqliteStore(file), createSqliteStore(file)]
    const ref = { namespace: 'n', sessionId: 's' }
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        [one, two][index % 2]?.appendMessages(ref, [
          { id: `m${index}`, role: 'user', content: 'x', createdAt: index },
        ]),
      ),
    )
    expect(await two.audit(ref)).toMatchObject({ messages: 20, window: 20, lost: 0 })
    await Promise.all([one.close(), two.close()])
  })

  it('lets one of two processes hold a job', async () => {
    const file = newFile()
    const [one, two] = [createSqliteStore(file), createSqliteStore(file)]
    const ref = { namespace: 'n', sessionId: 's' }
    const message = { id: 'm', role: 'user', content: 'x', createdAt: 1 }
    await one.appendMessages(ref, [message], { jobs: [{ kind: 'compaction', dueAt: 0 }] })
    expect(await one.claimJob({ now: 1, leaseMs: 100, lease: 'A' })).not.toBeNull()
    expect(await two.claimJob({ now: 1, leaseMs: 100, lease: 'B' })).toBeNull()
    await Promise.all([one.close(), two.close()])
  })

  it('holds what was acknowledged for every other process to see at that moment', async () => {
    const file = newFile()
    const store = createSqliteStore(file)
    await store.appendMessages({ namespace: 'n', sessionId: 's' }, [
      { id: 'm', role: 'user', content: 'x', createdAt: 1 },
    ])
    const other = new DatabaseSync(file, { readOnly: true })
    expect(other.prepare('SELECT id FROM messages').all()).toEqual([{ id: 'm' }])
    other.close()
    await store.close()
  })

  it('goes on while another program holds its lock: what is read is answered, what is written waits', async () => {
    const file = newFile()
    // Longer than a pause of a busy machine, shorter than what a process that stood still at each try would need.
    const store = createSqliteStore(file, { patienceMs: 15_000 })
    const ref = { namespace: 'n', sessionId: 's' }
    const say = (id: string) => store.appendMessages(ref, [{ id, role: 'user', content: 'x', createdAt: 1 }])
    await say('before')
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    let isSaid = false
    const saying = say('during').finally(() => {
      isSaid = true
    })
    for (let tick = 0; tick < 20; tick++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect((await store.getMessage(ref, 'before'))?.content).toBe('x')
      expect(await store.getMessage(ref, 'during')).toBeNull()
    }
    expect(isSaid).toBe(false)
    other.exec('ROLLBACK')
    other.close()
    await saying
    expect(await store.audit(ref)).toMatchObject({ messages: 2, window: 2, lost: 0 })
    await store.close()
  })

  it('reads the messages of a window by their ids, however long the session is', async () => {
    const file = newFile()
    const store = createSqliteStore(file)
    const ref = { namespace: 'n', sessionId: 's' }
    const said = (id: number) => ({ id: `m${id}`, role: 'user', content: 'x', createdAt: 1 })
    await store.appendMessages(
      ref,
      Array.from({ length: 99 }, (_, id) => said(id)),
    )
    const all = vi.spyOn(StatementSync.prototype, 'all')
    await store.getWindow(ref, 'm98')
    const statements = all.mock.contexts.map((statement) => (statement as StatementSync).sourceSQL)
    all.mockRestore()
    await store.close()
    const walk = statements.find((sql) => sql.includes('RECURSIVE walk'))
    const database = new DatabaseSync(file)
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${walk}`).all(1, 'm98')
    database.close()
    const steps = plan
      .map(({ detail }) => String(detail))
      .filter((detail) => /^(SCAN|SEARCH) [mw]\b/u.test(detail))
    expect(steps.length).toBeGreaterThanOrEqual(5)
    expect(steps.at(-2)).toMatch(/^SCAN w/u)
    for (const step of steps.filter((each) => each.includes(' m ')))
      expect(step).toContain('(session_key=? AND id=?)')
  })

  it('syncs in the order that keeps the file whole', () => {
    const database = openSqlite(newFile())
    expect(database.one('PRAGMA synchronous')).toEqual({ synchronous: 1 }) // NORMAL
    expect(database.one('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' })
    database.close()
  })

  it('keeps no word of what is forgotten or deleted for good', async () => {
    const file = newFile()
    const store = createSqliteStore(file)
    const ref = { namespace: 'n', sessionId: 's' }
    const said = (id: string, role = 'user') => ({ id, role, content: 'kangaroo', createdAt: 1 })
    const indexed = () => {
      const database = new DatabaseSync(file, { readOnly: true })
      const counts = ['message_index', 'reply_index'].map(
        (table) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n,
      )
      database.close()
      return counts
    }
    await store.appendMessages(ref, [
      said('m1'),
      said('m2'),
      said('m3', 'assistant'),
      said('m4', 'assistant'),
    ])
    await store.searchMessages({ ref }, { terms: ['kangaroo'], limit: 9 })
    expect(indexed()).toEqual([2, 2])
    await store.forgetMessage(ref, 'm1')
    await store.forgetMessage(ref, 'm4')
    expect(indexed()).toEqual([1, 1])
    await store.deleteSession(ref, 1)
    await store.purgeDeleted(1)
    expect(indexed()).toEqual([0, 0])
    await store.close()
  })

  it('brings a file of the first version up to date: what it holds is found, and receipts name sessions', async () => {
    const file = newFile()
    const database = new DatabaseSync(file)
    database.exec(SQLITE_MIGRATIONS[0] ?? '')
    const receipt = { summaryId: null, windowIds: ['m1'], retrievedIds: ['m1'], tokens: {}, model: 'm' }
    database.exec(`
      INSERT INTO sessions VALUES (1, 'n', 's', '', 'person', 'm2', 1, 0, 1, 1, NULL);
      INSERT INTO branches VALUES (1, 1, NULL, 0);
      INSERT INTO messages VALUES
        (1, 1, 'm1', NULL, 1, 1, 'user', 'a kangaroo', 'complete', NULL, NULL, ${Date.UTC(2023, 4, 8)}),
        (2, 1, 'm2', 'm1', 1, 2, 'assistant', 'two kangaroos', 'complete', NULL, '${JSON.stringify(receipt)}', 1);
      INSERT INTO message_index (rowid, content, tag) VALUES (1, 'a kangaroo', 's1'), (2, 'two kangaroos', 's1');
      PRAGMA user_version = 1;
    `)
    database.close()
    const store = createSqliteStore(file)
    const ref = { namespace: 'n', sessionId: 's' }
    const find = async (...terms: string[]) =>
      (await store.searchMessages({ ref }, { terms, limit: 9 })).map(
        ({ position, isReply }) => `m${position} ${isReply}`,
      )
    expect((await find('kangaroo')).sort()).toEqual(['m1 false', 'm2 true'])
    expect(await find('may')).toEqual(['m1 false'])
    expect(await store.searchMessages({ namespaces: ['n'] }, { terms: ['kangaroo'], limit: 9 })).toHaveLength(
      2,
    )
    expect((await store.getMessage(ref, 'm2'))?.receipt).toMatchObject({
      retrieved: [{ sessionId: 's', messageId: 'm1' }],
    })
    await store.close()
  })

  it('survives a reopen', async () => {
    const file = newFile()
    const first = createSqliteStore(file)
    const ref = { namespace: 'n', sessionId: 's' }
    await first.appendMessages(ref, [{ id: 'm', role: 'user', content: 'kept', createdAt: 1 }])
    await first.close()
    const second = createSqliteStore(file)
    expect((await second.getMessage(ref, 'm'))?.content).toBe('kept')
    await second.close()
  })

  it('holds nothing of what was forgotten, in no page, log or index, while others have it open', async () => {
    const file = newFile()
    const [store, other] = [createSqliteStore(file), createSqliteStore(file)]
    const ref = { namespace: 'n', sessionId: 's' }
    const canaries = ['zqxkanarok', 'wvbkanarok', 'ptlkanarok', 'gjfkanarok']
    const [inMessage, inReply, inSession, inSettings] = canaries
    const filler = Array.from({ length: 300 }, (_, n) => ({
      id: `f${n}`,
      role: 'user',
      content: `plain words of message ${n} `.repeat(n % 9),
      createdAt: n,
    }))
    await store.appendMessages(ref, filler)
    await store.appendMessages(ref, [{ id: 'm', role: 'user', content: `my ${inMessage}`, createdAt: 1 }])
    await addSummary(store, ref, { throughId: 'm', context: `- 2026-01-01 user: ${inMessage}` })
    await store.deleteSummary(ref, 'S-m')
    await addSummary(store, ref, { throughId: 'm', context: `- 2026-01-01 user: ${inMessage} again` })
    const { run } = await other.beginTurn(ref, {
      run: { id: 'r', owner: 'o', mode: 'reply' },
      turn: { kind: 'send', id: 'q', text: 'x', after: null, replyId: 'a' },
      maxActiveRuns: 9,
      now: 1,
    })
    await other.appendChunks(run, { first: 0, chunks: [`{"delta":"${inReply}"}`], at: 2 })
    const end = { status: 'complete', content: `so ${inReply}`, error: null, receipt: null, at: 3 } as const
    await other.finishRun(run, { ...end, jobs: [] })
    const gone = { namespace: 'n', sessionId: 'gone' }
    await store.appendMessages(gone, [{ id: 'm', role: 'user', content: `${inSession}`, createdAt: 1 }])
    await store.setSettings('eve', { customInstructions: `${inSettings}` })
    const found = () => canaries.filter((word) => bytesOf(file).includes(word))
    expect(found()).toEqual(canaries)

    await store.forgetMessage(ref, 'm')
    await store.forgetMessage(ref, 'a')
    await store.deleteSession(gone, 5)
    await store.purgeDeleted(5)
    await store.forgetEverything('eve')
    expect(await other.scrub()).toBe(true)
    expect(found()).toEqual([])
    const hits = await store.searchMessages({ ref }, { terms: ['plain'], limit: 999 })
    expect(hits.length).toBeGreaterThan(100)
    await Promise.all([store.close(), other.close()])
  })

  it('says that a file is no database, and leaves it as it is', () => {
    const file = newFile()
    writeFileSync(file, 'this is not a database, but somebody may want it back'.repeat(100))
    expect(() => createSqliteStore(file)).toThrow(expect.objectContaining({ code: 'storage-damaged' }))
  })

  it('says that the file cannot be opened', () => {
    const file = newFile()
    mkdirSync(file)
    expect(() => createSqliteStore(file)).toThrow(expect.objectContaining({ code: 'storage-unavailable' }))
  })

  it('refuses a file of a newer version', async () => {
    const file = newFile()
    await createSqliteStore(file).close()
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 999')
    database.close()
    expect(() => createSqliteStore(file)).toThrow(/newer version/)
  })
})

const bytesOf = (file: string) =>
  Buffer.concat(
    ['', '-wal', '-shm']
      .map((part) => file + part)
      .filter(existsSync)
      .map((part) => readFileSync(part)),
  )

async function addSummary(store: Store, ref: SessionRef, summary: { throughId: string; context: string }) {
  await store.enqueueJob(ref, { kind: 'compaction', dueAt: 0 })
  const job = await store.claimJob({ now: 1, leaseMs: 1, lease: 'L' })
  const rest = { baseId: null, tokens: 1, folded: 1, source: 'llm', model: 'm', createdAt: 1 } as const
  const fence = { generation: job?.generation ?? 0, lease: 'L', jobId: job?.id ?? '', currentId: null }
  const id = `S-${summary.throughId}`
  expect(await store.insertSummary(ref, { id, ...rest, ...summary }, fence)).toBe(true)
  if (job) await store.finishJob(job)
}
