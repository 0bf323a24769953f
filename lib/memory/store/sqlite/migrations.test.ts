import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SQLITE_MIGRATIONS } from './migrations.ts'
import { addSearchFunctions } from './search-functions.ts'
import { createSqliteStore } from './sqlite-store.ts'

/** As many steps led sessions of programs to those of their names elsewhere. */
const STEPS_WITH_LINKS = 19

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('leaves no orphan of a session of a program that led there: somebody else may have one of its name', async () => {
  const file = join(folder, 'chat.db')
  const before = new DatabaseSync(file)
  addSearchFunctions(before)
  for (const step of SQLITE_MIGRATIONS.slice(0, STEPS_WITH_LINKS)) before.exec(step)
  before.exec(`
    INSERT INTO sessions (key, namespace, id, title, title_source, created_at, updated_at, deleted_at)
    VALUES (1, 'key:k1', 's1', '', 'person', 1, 1, 1), (2, 'bob', 's2', '', 'person', 1, 1, 1);
    INSERT INTO remote_sessions (session_key, remote_id) VALUES (1, 's1'), (2, 's2');
    PRAGMA user_version = ${STEPS_WITH_LINKS};
  `)
  before.close()
  const store = createSqliteStore(file)
  await store.purgeDeleted(5)
  expect(await store.listOrphans(9)).toEqual(['s2'])
  await store.close()
})
