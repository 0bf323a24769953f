import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { SearchDialog } from './pages/search-dialog.ts'

test('[A44] what is done often is done by keys, and a list names them', async ({ chat, page, llm }) => {
  await chat.open()
  await chat.ask('first')
  await page.keyboard.press('ControlOrMeta+Shift+KeyO')
  await expect(page).toHaveURL(/\/$/)
  await expect(chat.questions).toHaveCount(0)

  await chat.sessions.getByRole('link', { name: 'New chat' }).focus()
  await page.keyboard.press('/')
  await expect(chat.composer).toBeFocused()
  await expect(chat.composer).toHaveValue('')

  llm.when('never ends', { say: 'on and on ', hold: true })
  await chat.say('never ends')
  await expect(chat.replies.last()).toContainText('on and on')
  await page.keyboard.press('Escape')
  await expect(chat.replies.last()).toContainText('Stopped.')

  await page.keyboard.press('ControlOrMeta+Shift+KeyS')
  await expect(chat.sessions).toBeHidden()
  await page.keyboard.press('ControlOrMeta+Shift+KeyS')
  await expect(chat.sessions).toBeVisible()

  await page.keyboard.press('ControlOrMeta+Slash')
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const name of [
    'New chat',
    'Search and commands',
    'Write a message',
    'Stop the reply',
    'sidebar',
    'memory',
  ])
    await expect(list.getByText(name)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(list).toBeHidden()

  await page.keyboard.press('ControlOrMeta+Comma')
  await expect(page).toHaveURL(/\/settings$/)
})

test('[A44] a key is text to somebody who types', async ({ chat, page }) => {
  await chat.open()
  await chat.composer.pressSequentially('and/or? yes')
  await expect(chat.composer).toHaveValue('and/or? yes')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('the palette runs commands, and finds them by other words', async ({ chat, page }) => {
  await chat.open()
  const search = new SearchDialog(page)
  await chat.sessions.getByRole('button', { name: 'Search' }).click()
  await search.field.fill('dark')
  await search.choose('Dark theme')
  await expect(search.dialog).toBeHidden()
  await expect(page.locator('html')).toHaveClass(/dark/)
})
