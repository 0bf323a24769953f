import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
  const notes = () => database.all('SELECT text FROM notes ORDER BY rowid').map(({ text }) => text)

  it('share one commit, in the order they were asked for', async () => {
    const before = database.version()
    await Promise.all(['a', 'b', 'c'].map(note))
    expect(notes()).toEqual(['a', 'b', 'c'])
    expect(database.version()).toBe(before + 1)
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

  it('wait for another process’s lock once, not once each', async () => {
    const other = new DatabaseSync(join(folder, 'chat.db'))
    other.exec('BEGIN IMMEDIATE')
    database.run('PRAGMA busy_timeout = 50')
    const startedAt = performance.now()
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => note(`n${index}`)))
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
      Array(20).fill('storage-busy'),
    )
    expect(performance.now() - startedAt).toBeLessThan(500)
    other.close()
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
