import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  page,
  chat,
  startServer,
}) => {
  test.slow()
  const server = await startServer()
  await page.goto(server.url)
  await chat.open(server.url)
  await chat.ask('before the lock')
  const { DatabaseSync } = await import('node:sqlite')
  const other = new DatabaseSync(join(server.dataDir, 'motorhead-chat.db'))
  other.exec('BEGIN IMMEDIATE')
  await chat.say('during the lock')
  await expect(chat.questions.last().getByRole('alert')).toContainText('locked', { timeout: 20_000 })
  other.exec('ROLLBACK')
  other.close()
  await chat.questions.last().getByRole('button', { name: 'Retry' }).click()
  await expect(chat.replies.last()).toContainText('That is noted.')
  await expect(chat.questions).toHaveCount(2)
})
