import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { describeStore } from '../contract/contract.ts'
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
