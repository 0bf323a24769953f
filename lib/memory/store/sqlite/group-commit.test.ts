import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Database, openSqlite } from './database.ts'

describe('writes of one turn', () => {
  let folder: string
  let database: Database
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
    database = openSqlite(join(folder, 'chat.db'))
    database.run('CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT')
  })
  afterEach(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })
  const note = (text: string) => database.write(() => database.run('INSERT INTO notes VALUES (?)', text))
  /** As another program would; the answer lets go of it. */
  const lock = () => {
    const other = new DatabaseSync(join(folder, 'chat.db'))
    other.exec('BEGIN IMMEDIATE')
    return () => other.close()
  }
  const notes = () => database.all('SELECT text FROM notes ORDER BY rowid').map(({ text }) => text)

  it('share one commit, in the order they were asked for', async () => {
    const before = database.version()
    await Promise.all(['a', 'b', 'c'].map(note))
    expect(notes()).toEqual(['a', 'b', 'c'])
    expect(database.version()).toBe(before + 1)
  })

  it('do not wait for the turn to end when somebody goes on before the sync', async () => {
    let turned = false
    setImmediate(() => {
      turned = true
    })
    const { durable } = await database.commit(() => database.run("INSERT INTO notes VALUES ('a')"))
    expect([turned, notes()]).toEqual([false, ['a']])
    await durable
  })

  it('fail alone, with all that the failed one had done taken back', async () => {
    const outcomes = await Promise.allSettled([
      note('a'),
      database.write(() => {
        database.run('INSERT INTO notes VALUES (?)', 'half')
        throw new Error('no more')
      }),
      note('a'),
      note('b'),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(notes()).toEqual(['a', 'b'])
  })

  it('are tried one by one when the database gave up the transaction that they shared', async () => {
    let gaveUp = false
    const outcomes = await Promise.allSettled([
      note('a'),
      database.write(() => {
        if (!gaveUp) database.run('ROLLBACK')
        gaveUp = true
        throw new Error('disk full')
      }),
      note('b'),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(notes()).toEqual(['a', 'b'])
  })

  it('are not acknowledged before the commit that they share has come through', async () => {
    database.run(
      'CREATE TABLE pairs (other TEXT REFERENCES notes (text) DEFERRABLE INITIALLY DEFERRED) STRICT',
    )
    // Broken only at the commit.
    const orphan = database.write(() => database.run("INSERT INTO pairs VALUES ('nobody')"))
    const outcomes = await Promise.allSettled([note('a'), orphan, note('b')])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(notes()).toEqual(['a', 'b'])
    expect(database.all('SELECT * FROM pairs')).toEqual([])
  })

  it('wait for another program’s lock in their order, while the process and its reads go on', async () => {
    database.close()
    database = openSqlite(join(folder, 'chat.db'), { patienceMs: 15_000 })
    const release = lock()
    const settled: string[] = []
    const noted = (text: string) => note(text).finally(() => settled.push(text))
    const writing = [noted('a'), noted('b')]
    // The lock goes only if this process goes on: one that stood still would meet the end of its patience.
    for (let tick = 0; tick < 20; tick++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(await database.read(notes)).toEqual([])
      if (tick === 10) writing.push(noted('c'))
    }
    expect(settled).toEqual([])
    const before = database.version()
    release()
    await Promise.all(writing)
    expect(settled).toEqual(['a', 'b', 'c'])
    expect(notes()).toEqual(['a', 'b', 'c'])
    expect(database.version()).toBe(before + 1)
  })

  it('are refused when the lock outlasts their patience, each at its own time, and leave nothing', async () => {
    // By a clock that stands still while the machine does other things: the release is to come between their times.
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    database.close()
    database = openSqlite(join(folder, 'chat.db'), { patienceMs: 400 })
    const release = lock()
    let began = 0
    const late = Promise.allSettled([database.write(() => began++), note('a')])
    await vi.advanceTimersByTimeAsync(300)
    const inTime = note('b')
    await vi.advanceTimersByTimeAsync(300)
    const refused = expect.objectContaining({
      code: 'storage-busy',
      message: 'The database is locked by another program. Try again in a moment.',
    })
    expect(await late).toEqual([
      { status: 'rejected', reason: refused },
      { status: 'rejected', reason: refused },
    ])
    release()
    await vi.advanceTimersByTimeAsync(100)
    await inTime
    expect(began).toBe(0)
    expect(notes()).toEqual(['b'])
  })

  it('keep the place of those that the lock parted from the group', async () => {
    let release = () => {}
    let gaveUp = 0
    const writing = [
      note('a'),
      database.write(() => {
        // Together and apart the transaction is given up; then one by one, the lock lets only the first in.
        database.run('ROLLBACK')
        if (++gaveUp === 3) {
          release = lock()
          setTimeout(release, 200)
        }
        throw new Error('disk full')
      }),
      note('b'),
    ]
    const outcomes = Promise.allSettled(writing)
    await writing[0]
    const last = note('c')
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await last
    expect(gaveUp).toBe(3)
    expect(notes()).toEqual(['a', 'b', 'c'])
  })

  it('are refused at the close when the lock stays, and are not tried afterwards', async () => {
    database.close()
    database = openSqlite(join(folder, 'chat.db'), { patienceMs: 100 })
    const release = lock()
    const writing = expect(Promise.allSettled([note('a'), note('b')])).resolves.toMatchObject([
      { status: 'rejected', reason: { code: 'storage-busy' } },
      { status: 'rejected', reason: { code: 'storage-busy' } },
    ])
    await new Promise(setImmediate)
    database.close()
    await writing
    release()
    database = openSqlite(join(folder, 'chat.db'))
    expect(notes()).toEqual([])
  })

  it('are seen by another connection only once they are committed', async () => {
    const other = new DatabaseSync(join(folder, 'chat.db'))
    const count = () => other.prepare('SELECT count(*) AS n FROM notes').get()?.n
    const writing = [note('a'), note('b')]
    expect(count()).toBe(0)
    await Promise.all(writing)
    expect(count()).toBe(2)
    other.close()
  })

  it('are committed before the database is closed', async () => {
    const writing = note('a')
    database.close()
    await writing
    database = openSqlite(join(folder, 'chat.db'))
    expect(notes()).toEqual(['a'])
  })

  it('change the version, as those of another process do', async () => {
    const first = database.version()
    expect(database.version()).toBe(first)
    await note('a')
    const second = database.version()
    expect(second).not.toBe(first)
    const other = openSqlite(join(folder, 'chat.db'))
    await other.write(() => other.run("INSERT INTO notes VALUES ('b')"))
    other.close()
    expect(database.version()).not.toBe(second)
  })
})
