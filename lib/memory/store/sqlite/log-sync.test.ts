import fs, { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Database, openSqlite } from './database.ts'

let folder: string
let database: Database
/** The syncs that the disk was asked for and has not done. */
let asked: ((error: NodeJS.ErrnoException | null) => void)[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
  database = openSqlite(join(folder, 'chat.db'))
  database.run('CREATE TABLE notes (text TEXT NOT NULL) STRICT')
  asked = []
  vi.spyOn(fs, 'fdatasync').mockImplementation((file, done) => {
    expect(fs.fstatSync(file).ino).toBe(fs.statSync(join(folder, 'chat.db-wal')).ino)
    asked.push(done)
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  database.close()
  rmSync(folder, { recursive: true })
})

const note = (text: string) => database.write(() => database.run('INSERT INTO notes VALUES (?)', text))
const notes = () => database.all('SELECT text FROM notes ORDER BY rowid').map(({ text }) => text)
const turn = () => new Promise(setImmediate)
/** The disk is done with the oldest sync, or fails; what waited for it goes on. */
async function finish(error: NodeJS.ErrnoException | null = null): Promise<void> {
  asked.shift()?.(error)
  await turn()
  await turn()
}

/** What has settled by the end of this turn, as it settles. */
function watch(writes: Record<string, Promise<unknown>>): string[] {
  const settled: string[] = []
  for (const [name, write] of Object.entries(writes))
    write.then(
      () => settled.push(name),
      (error: { code: string }) => settled.push(`${name}: ${error.code}`),
    )
  return settled
}

it('acknowledges a write when it is on the disk, and the process goes on meanwhile', async () => {
  const settled = watch({ a: note('a') })
  await turn()
  await turn()
  expect(notes()).toEqual(['a'])
  expect(settled).toEqual([])
  await finish()
  expect(settled).toEqual(['a'])
})

it('has what comes while the disk is at work share the next commit and its sync', async () => {
  const first = watch({ a: note('a') })
  await turn()
  const second = watch({ b: note('b') })
  await turn()
  const third = watch({ c: note('c') })
  await turn()
  expect(asked).toHaveLength(1)
  await finish()
  expect([...first, ...second, ...third]).toEqual(['a'])
  expect(asked).toHaveLength(1)
  await finish()
  expect([...first, ...second, ...third]).toEqual(['a', 'b', 'c'])
  expect(asked).toHaveLength(0)
})

it('has a write that found nothing to change wait as well: what it saw may not be on the disk', async () => {
  watch({ a: note('a') })
  await turn()
  const settled = watch({ look: database.write(notes) })
  await turn()
  await finish()
  expect(settled).toEqual([])
  await finish()
  expect(settled).toEqual(['look'])
})

it('refuses what the disk has not taken, in words, and goes on with the next', async () => {
  const settled = watch({ a: note('a') })
  await turn()
  const later = watch({ b: note('b') })
  await turn()
  await finish(Object.assign(new Error('i/o error'), { code: 'EIO' }))
  await finish()
  expect([...settled, ...later]).toEqual(['a: storage-unavailable', 'b'])
})

it('gives what was committed to those who need not wait, and says when it is durable', async () => {
  const { value, durable } = await database.commit(notes)
  expect(value).toEqual([])
  const settled = watch({ durable })
  await turn()
  expect(settled).toEqual([])
  await finish()
  expect(settled).toEqual(['durable'])
})

it('syncs what was asked for before the close', async () => {
  const settled = watch({ a: note('a') })
  const other = openSqlite(join(folder, 'chat.db'))
  database.close()
  await turn()
  expect(settled).toEqual([])
  await finish()
  expect(settled).toEqual(['a'])
  other.close()
})
