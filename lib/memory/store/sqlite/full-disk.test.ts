import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openSqlite } from './database.ts'

let folder: string
let database: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
  database = openSqlite(join(folder, 'chat.db'))
  database.run('CREATE TABLE notes (text TEXT NOT NULL) STRICT')
  database.all('PRAGMA wal_checkpoint(TRUNCATE)')
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const note = (text: string) => database.write(() => database.run('INSERT INTO notes VALUES (?)', text))
const isFull = expect.objectContaining({ code: 'storage-full' })

/** SQLite says of a file that may not grow what it says of a full disk. */
const leaveRoom = (pages: number) =>
  database.all(`PRAGMA max_page_count = ${Number(database.one('PRAGMA page_count')?.page_count) + pages}`)

/** What is in the file itself: what the log holds beside it is not. */
function notesInFile(): string[] {
  const copy = join(folder, 'copy.db')
  copyFileSync(join(folder, 'chat.db'), copy)
  const file = new DatabaseSync(copy, { readOnly: true })
  const notes = file.prepare('SELECT substr(text, 1, 10) AS text FROM notes ORDER BY rowid').all()
  file.close()
  return notes.map(({ text }) => text as string)
}

it('empties the log with the first write that a full disk has room for again: it would take that room, too', async () => {
  await note('before')
  expect(notesInFile()).toEqual([])
  leaveRoom(2)
  await expect(note('long '.repeat(20_000))).rejects.toEqual(isFull)
  await expect(note('long '.repeat(20_000))).rejects.toEqual(isFull)
  expect(notesInFile()).toEqual([])
  leaveRoom(1000)
  await note('after')
  expect(notesInFile()).toEqual(['before', 'after'])
})

it('goes on filling the log after that', async () => {
  leaveRoom(2)
  await expect(note('long '.repeat(20_000))).rejects.toEqual(isFull)
  leaveRoom(1000)
  await note('after')
  await note('later')
  expect(notesInFile()).toEqual(['after'])
})
