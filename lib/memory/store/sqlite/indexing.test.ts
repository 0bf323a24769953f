import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { foundIds } from '../contract/scene.ts'
import type { Run, Store } from '../store.ts'
import { createSqliteStore } from './sqlite-store.ts'

describe('sqlite: the full-text index follows the messages', () => {
  const ref = { namespace: 'n', sessionId: 's' }
  let folder: string
  let file: string
  let store: Store
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
    file = join(folder, 'chat.db')
    store = createSqliteStore(file)
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  const said = (id: string, content = 'kangaroo') => ({ id, role: 'user', content, createdAt: 1 })
  const find = async (by = store, term = 'kangaroo') => (await foundIds(by, { ref }, [term], 9999)).sort()

  /** How many messages an index holds, and how often it holds a word. */
  function indexed(index = 'message_index', term = 'kangaroo') {
    const database = new DatabaseSync(file)
    const rows = database.prepare(`SELECT count(*) AS n FROM ${index}`).get()?.n
    database.exec(`CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, ${index}, 'row')`)
    const word = database.prepare('SELECT cnt AS n FROM words WHERE term = ?').get(term)?.n ?? 0
    database.close()
    return [rows, word]
  }

  it('a save does not wait for it, and a search misses nothing that was acknowledged', async () => {
    await store.appendMessages(ref, [said('m1')])
    expect(indexed()).toEqual([0, 0])
    expect(await find()).toEqual(['m1'])
    await store.appendMessages(ref, [said('m2')])
    const found = await store.findMessages(['n'], { words: [['kanga']], limit: 9 })
    expect(found.map(({ id }) => id)).toEqual(['m2', 'm1'])
  })

  it('is searched as it is while another program holds the lock, and caught up with after', async () => {
    await store.appendMessages(ref, [said('m1')])
    expect(await find()).toEqual(['m1'])
    await store.appendMessages(ref, [said('m2')])
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    expect(await find()).toEqual(['m1'])
    expect(await store.findMessages(['n'], { words: [['kanga']], limit: 9 })).toHaveLength(1)
    other.exec('COMMIT')
    other.close()
    expect(await find()).toEqual(['m1', 'm2'])
  })

  it('takes up many at once, more than one transaction adds', async () => {
    const many = Array.from({ length: 1100 }, (_, n) => said(`m${n}`))
    await store.appendMessages(ref, many)
    await find()
    expect(indexed()).toEqual([1100, 1100])
  })

  it('adds a message once, however many processes do it at the same time', async () => {
    const other = createSqliteStore(file)
    for (let n = 0; n < 40; n++) {
      await (n % 2 ? store : other).appendMessages(ref, [said(`m${n}`)])
      await Promise.all([find(store), find(other)])
    }
    await other.close()
    expect(indexed()).toEqual([40, 40])
  })

  it('never holds what is forgotten before its turn, and goes on behind it', async () => {
    await store.appendMessages(ref, [said('m1'), said('m2'), said('m3')])
    await store.forgetMessage(ref, 'm3')
    expect(await find()).toEqual(['m1', 'm2'])
    await store.appendMessages(ref, [said('m4')])
    await store.forgetMessage(ref, 'm1')
    expect(await find()).toEqual(['m2', 'm4'])
    expect(indexed()).toEqual([2, 2])
  })

  const begin = (id: string, text: string) =>
    store.beginTurn(ref, {
      run: { id: `r-${id}`, owner: 'o', mode: 'reply' },
      turn: { kind: 'send', id: `q-${id}`, text, after: null, replyId: id },
      create: { title: '' },
      maxActiveRuns: 9,
      now: 1,
    })
  const finish = async (run: Run, content: string) => {
    const end = { status: 'complete', error: null, receipt: null, at: 3 } as const
    await store.finishRun(run, { ...end, content, jobs: [] })
  }

  it('keeps no reply waiting for the message that it is to, and has both when it ends', async () => {
    await finish((await begin('a1', 'kangaroo')).run, 'x')
    const { run } = await begin('a2', 'kangaroo again')
    const past = { ref, headId: 'q-a2', throughPosition: 2 }
    const elsewhere = { namespaces: ['n'], except: ref }
    const words = { terms: ['kangaroo'], limit: 9 }
    expect(await foundIds(store, past, words.terms)).toEqual(['q-a1'])
    expect(await store.searchMessages(elsewhere, words)).toEqual([])
    expect(indexed()).toEqual([1, 1])
    await finish(run, 'x')
    expect(indexed()).toEqual([2, 2])
  })

  it('keeps a reply waiting for what was said elsewhere', async () => {
    await begin('a1', 'x')
    const other = { ...ref, sessionId: 'other' }
    await store.appendMessages(other, [said('m1')])
    expect(await foundIds(store, { namespaces: ['n'], except: ref }, ['kangaroo'])).toEqual(['m1'])
  })

  it('adds a reply when it ends, whether its turn came before or after', async () => {
    for (const searchesBefore of [true, false]) {
      const id = `a-${searchesBefore}`
      const { run } = await begin(id, 'x')
      if (searchesBefore) await find()
      await finish(run, `wombat ${id}`)
    }
    expect(await find(store, 'wombat')).toEqual(['a-false', 'a-true'])
    expect(indexed('reply_index', 'wombat')).toEqual([2, 2])
  })

  it('is brought up to date by itself, also with what a process that died has left', async () => {
    await store.appendMessages(ref, [said('m1')])
    await vi.waitFor(() => expect(indexed()).toEqual([1, 1]), { timeout: 20_000, interval: 50 })
    await store.appendMessages(ref, [said('m2')])
    await store.close()
    store = createSqliteStore(file)
    await vi.waitFor(() => expect(indexed()).toEqual([2, 2]), { timeout: 20_000, interval: 50 })
  })
})
