import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { MemoryPanel } from './pages/memory-panel.ts'
import { SearchDialog } from './pages/search-dialog.ts'
import { SettingsPage } from './pages/settings-page.ts'

test('[A36] a temporary chat reads and writes no memory, is neither listed nor found, and is gone when left', async ({
  chat,
  page,
  llm,
}) => {
  await chat.open()
  await chat.ask('my dog is called Rex')
  await page.getByRole('button', { name: 'Temporary chat' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Temporary chat' })).toBeVisible()
  await expect(chat.questions).toHaveCount(0)
  await chat.ask('what is my dog called? my cat is Felix')
  await expect(page).toHaveURL(/\/\?temporary$/)
  const prompt = llm.repliesTo('what is my dog called?').at(-1)
  expect(prompt?.messages.slice(1).map(({ content }) => content)).toEqual([
    'what is my dog called? my cat is Felix',
  ])
  await chat.ask('a second message')
  expect(llm.repliesTo('a second message').at(-1)?.prompt).toContain('Felix')

  await expect(chat.sessions.getByRole('link')).toHaveCount(2)
  const search = new SearchDialog(page)
  await page.keyboard.press('ControlOrMeta+KeyK')
  await search.field.fill('felix')
  await expect(search.dialog.getByRole('status')).toContainText('Nothing that was said')
  await page.keyboard.press('Escape')

  const left = page.waitForResponse((answer) => answer.request().method() === 'DELETE')
  await chat.newChat()
  await expect(page.getByText('is gone when you leave it')).toBeHidden()
  const deleted = await left
  expect(deleted.ok()).toBe(true)
  const sessionId = new URL(deleted.url()).pathname.split('/').at(-1)
  await expect
    .poll(() => page.evaluate(async (id) => (await fetch(`/api/sessions/${id}`)).status, sessionId))
    .toBe(404)
  await chat.ask('what is my cat called?')
  expect(llm.repliesTo('what is my cat called?').at(-1)?.prompt).not.toContain('Felix')
})

test('[A36] a reload is the end of a temporary chat, its draft included', async ({ chat, page }) => {
  await chat.open('/?temporary')
  await chat.ask('between us')
  await chat.composer.fill('half a secret')
  await chat.reload()
  await expect(page.getByRole('heading', { name: 'A chat that forgets' })).toBeVisible()
  await expect(chat.questions).toHaveCount(0)
  await expect(chat.composer).toHaveValue('')
  await page.getByRole('button', { name: 'Temporary chat' }).click()
  await expect(page.getByRole('heading', { name: 'A chat that remembers' })).toBeVisible()
})

test('the memory of a chat promises no summary where none is made: in a temporary chat, and with memory off', async ({
  chat,
  page,
}) => {
  const memory = new MemoryPanel(page)
  await chat.open('/?temporary')
  await chat.ask('between us')
  await memory.open()
  await expect(memory.window).toContainText('2 messages')
  await expect(memory.window).not.toContainText('is summarised')
  await expect(memory.summary).toBeHidden()

  await chat.open()
  await chat.ask('for the record')
  await expect(memory.window).toContainText('the older half is summarised')
  await memory.summary.getByRole('button', { name: 'Write a summary' }).click()
  await memory.summary.getByRole('textbox').fill('my lucky number is 8231')
  await memory.summary.getByRole('button', { name: 'Save summary' }).click()
  await expect(memory.fact(/8231/)).toBeVisible()
  const address = page.url()
  const settings = new SettingsPage(page)
  await settings.open()
  await settings.turn('Use memory', false)
  await chat.open(address)
  await expect(memory.fact(/8231/)).toBeVisible()
  await expect(memory.window).not.toContainText('is summarised')
  await expect(memory.summary.getByRole('button', { name: 'Edit summary' })).toBeHidden()
  await expect(memory.summary.getByRole('button', { name: 'Undo summary' })).toBeVisible()
})
