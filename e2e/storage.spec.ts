import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from './fixtures.ts'

test('a damaged database is a sentence on the screen, the file stays as it is, and the process stays up', async ({
  page,
  startServer,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-damaged-'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'motorhead-chat.db'), 'what somebody may want back '.repeat(400))
  const server = await startServer({}, folder)
  await page.goto(server.url)
  await expect(page.getByRole('alert').filter({ hasText: 'damaged' })).toBeVisible()
  await expect(page.locator('body')).not.toContainText(/SQLITE|at Object|\/tmp/)
  const health = await page.request.get(`${server.url}/api/health`)
  expect(health.status()).toBe(503)
  const pid = server.pid()
  await rmSync(join(folder, 'motorhead-chat.db'))
  await page.reload()
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible()
  expect(server.pid()).toBe(pid)
  await server.dispose()
  rmSync(folder, { recursive: true, force: true })
})

test('a locked database is a sentence, the message is kept, and it works when the lock is gone', async ({
  chat,
  startServer,
}) => {
  test.slow()
  const server = await startServer()
  await chat.open(server.url)
  await chat.ask('before the lock')
  const { DatabaseSync } = await import('node:sqlite')
  // The title of the first exchange may be on its way to the disk at this moment.
  const other = new DatabaseSync(join(server.dataDir, 'motorhead-chat.db'), { timeout: 10_000 })
  other.exec('BEGIN IMMEDIATE')
  await chat.say('during the lock')
  await expect(chat.questions.last().getByRole('alert')).toContainText('locked')
  other.exec('ROLLBACK')
  other.close()
  await chat.questions.last().getByRole('button', { name: 'Retry' }).click()
  await expect(chat.replies.last()).toContainText('That is noted.')
  await expect(chat.questions).toHaveCount(2)
})

test('a full disk is a sentence, the message is kept, reading goes on, and it works when there is room', async ({
  page,
  chat,
  startServer,
}) => {
  test.slow()
  const disk = mkdtempSync(join(tmpdir(), 'motorhead-chat-disk-'))
  const problem = mountSmallDisk(disk)
  test.skip(problem !== null, `no small disk can be mounted here: ${problem}`)
  try {
    const server = await startServer({}, disk)
    await chat.open(server.url)
    await chat.ask('before the disk was full')
    const pid = server.pid()
    fill(join(disk, 'ballast'))
    // A few pages may still fit into what the database's log has taken already.
    for (let n = 0; n < 12 && !(await chat.questions.last().getByRole('alert').isVisible()); n++) {
      await chat.say(`into the full disk ${n} ${'words '.repeat(4000)}`)
      await expect(chat.questions.last()).toContainText(`into the full disk ${n}`)
      await chat.settled()
    }
    await expect(chat.questions.last().getByRole('alert')).toContainText(/disk .*is full/)
    expect((await page.request.get(`${server.url}/api/sessions/${chat.sessionId()}`)).status()).toBe(200)
    rmSync(join(disk, 'ballast'))
    await chat.questions.last().getByRole('button', { name: 'Retry' }).click()
    await chat.settled()
    await expect(chat.replies.last()).toContainText('That is noted.')
    await chat.reload()
    await expect(chat.questions.first()).toContainText('before the disk was full')
    await expect(chat.questions.last()).toContainText('into the full disk')
    expect(server.pid()).toBe(pid)
    await server.dispose()
  } finally {
    execFileSync('umount', ['--lazy', disk])
    rmSync(disk, { recursive: true, force: true })
  }
})

function mountSmallDisk(folder: string): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'pipe' })
    return null
  } catch {
    rmSync(folder, { recursive: true, force: true })
    return 'it takes root'
  }
}

/** The server may be taking some of the room at this moment: then what is left of it is. */
function fill(file: string): void {
  const { bavail, bsize } = statfsSync(join(file, '..'))
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
