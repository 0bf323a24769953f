import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TIMEOUT = { timeout: 60_000 }
const said = (id: string) => ({ id, role: 'user', content: `text ${id}`, createdAt: 1 })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-transfer-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As the npm script does it, in a process of its own, over the data folder `data`. */
function command(script: 'export' | 'import', data: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'lib', 'server', `${script}.ts`), ...args],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, DATA_DIR: join(folder, data) } as never },
  )
  return { status, stdout, stderr }
}
const open = (data: string) => createSqliteStore(join(folder, data, 'motorhead-chat.db'))

async function withSession(data: string): Promise<void> {
  const store = open(data)
  await store.appendMessages({ namespace: 'bob', sessionId: 's1' }, [said('m1'), said('m2')])
  await store.close()
}

describe('npm run export and npm run import', () => {
  it('carry everything from one data folder to another, twice as once', TIMEOUT, async () => {
    await withSession('one')
    expect(command('export', 'one', 'all.json')).toMatchObject({ status: 0, stderr: '' })
    expect(statSync(join(folder, 'all.json')).mode & 0o777).toBe(0o600)
    const first = command('import', 'two', 'all.json')
    expect(first).toMatchObject({ status: 0, stderr: '' })
    expect(first.stdout).toBe('Sessions: 1 new, 0 went on, 0 were here already.\nMessages: 2 added.\n')
    expect(command('import', 'two', 'all.json').stdout).toBe(
      'Sessions: 0 new, 0 went on, 1 were here already.\nMessages: 0 added.\n',
    )
    const all = JSON.parse(readFileSync(join(folder, 'all.json'), 'utf8'))
    expect(JSON.parse(command('export', 'two', '-').stdout).sessions).toEqual(all.sessions)
  })

  it('work while the store is in use, and put sessions where they are told to', TIMEOUT, async () => {
    await withSession('one')
    const store = open('one')
    await store.appendMessages({ namespace: 'bob', sessionId: 's2' }, [said('m1')])
    command('export', 'one', 'all.json')
    expect(command('import', 'one', 'all.json', '--namespace', 'eve')).toMatchObject({ status: 0 })
    expect(await store.listRefs({ namespace: 'eve', limit: 9 })).toHaveLength(2)
    await store.close()
  })

  it('say what is wrong in one sentence and change nothing', TIMEOUT, async () => {
    await withSession('one')
    writeFileSync(join(folder, 'bad.json'), '{"format":"motorhead-chat","version":9}')
    const bad = command('import', 'one', 'bad.json')
    expect(bad).toMatchObject({ status: 1, stdout: '' })
    expect(bad.stderr).toMatch(/^The file was written by a newer motorhead-chat .*\n$/u)
    expect(command('import', 'one').stderr).toBe('Use it so: npm run import -- file [--namespace name]\n')
    expect(command('import', 'one', 'absent.json').stderr).toBe('"absent.json" cannot be read (ENOENT).\n')
    expect(command('export', 'one', 'no/such/folder.json').stderr).toMatch(/cannot be written \(ENOENT\)/u)
    expect(command('export', 'one', '--what').status).toBe(1)
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })

  it('ask whose a session is that names no owner', TIMEOUT, async () => {
    await withSession('one')
    const file = JSON.parse(command('export', 'one', '-').stdout)
    delete file.sessions[0].namespace
    writeFileSync(join(folder, 'mine.json'), JSON.stringify(file))
    expect(command('import', 'one', 'mine.json').stderr).toMatch(/names no owner: say whose it is/u)
    expect(command('import', 'one', 'mine.json', '--namespace', 'eve').status).toBe(0)
  })
})
