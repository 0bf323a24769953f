import { expect, type Locator, type Page } from '@playwright/test'
import { test } from './fixtures.ts'
import { MemoryPanel } from './pages/memory-panel.ts'
import { SearchDialog } from './pages/search-dialog.ts'
import { SettingsPage } from './pages/settings-page.ts'

/** Presses Tab until the focus is there, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${target} cannot be reached by ${key}`)
}

test('[A48] a person without a mouse sends, stops, edits, switches, renames, pins, deletes and opens the memory', async ({
  chat,
  page,
  llm,
}) => {
  test.slow()
  await chat.open()
  await expect(chat.composer).toBeFocused()
  await page.keyboard.type('first question')
  await page.keyboard.press('Enter')
  await expect(chat.replies).toContainText('That is noted.')
  await chat.settled()
  await expect(chat.session('A fake title')).toBeVisible()

  llm.when('do not end', { say: 'on and on ', hold: true })
  await page.keyboard.type('do not end')
  await page.keyboard.press('Enter')
  await expect(chat.replies.last()).toContainText('on and on')
  await tabTo(page, chat.stop)
  await page.keyboard.press('Enter')
  await expect(chat.replies.last()).toContainText('Stopped.')
  await expect(chat.composer).toBeFocused()

  await tabTo(page, chat.questions.last().getByRole('button', { name: 'Edit' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  const editor = page.getByRole('textbox', { name: 'Edit message' })
  await expect(editor).toBeFocused()
  await page.keyboard.press('ControlOrMeta+KeyA')
  await page.keyboard.type('please end')
  await page.keyboard.press('Enter')
  await expect(chat.questions.last()).toContainText('please end')
  await chat.settled()
  await tabTo(page, chat.questions.last().getByRole('button', { name: 'Previous version' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(chat.questions.last()).toContainText('do not end')
  // Whoever goes through the versions presses the same key again, and finds a button there.
  const next = chat.questions.last().getByRole('button', { name: 'Next version' })
  await expect(next).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(chat.questions.last()).toContainText('please end')
  await expect(chat.questions.last().getByRole('button', { name: 'Previous version' })).toBeFocused()
  await tabTo(page, chat.replies.last().getByRole('button', { name: 'Regenerate' }))
  await page.keyboard.press('Enter')
  await expect(chat.replies.last()).toContainText('2/2')
  await expect(chat.composer).toBeFocused()

  const menu = chat.sessions.getByRole('button', { name: 'Session menu' }).first()
  await tabTo(page, menu, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible()
  await choose(page, 'Rename')
  const title = page.getByRole('textbox', { name: 'Title' })
  await expect(title).toBeFocused()
  await page.keyboard.press('ControlOrMeta+KeyA')
  await page.keyboard.type('By keys')
  await page.keyboard.press('Enter')
  await expect(chat.session('By keys')).toBeVisible()

  const search = new SearchDialog(page)
  await page.keyboard.press('ControlOrMeta+Shift+KeyO')
  await expect(chat.questions).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+KeyK')
  await search.choose('By keys')
  await expect(chat.questions.first()).toContainText('first question')

  await page.keyboard.press('ControlOrMeta+Shift+KeyM')
  const memory = page.getByRole('complementary', { name: 'Memory' })
  await expect(memory).toBeVisible()
  await page.keyboard.press('ControlOrMeta+Shift+KeyM')
  await expect(memory).toBeHidden()

  await tabTo(page, menu, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await choose(page, 'Delete')
  await expect(chat.session('By keys')).toBeHidden()
})

test('[A48] the focus goes back to where it came from when a field is left', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('name this one')
  await expect(chat.session('A fake title')).toBeVisible()
  const menu = chat.sessions.getByRole('button', { name: 'Session menu' })
  for (const key of ['Escape', 'Enter']) {
    await menu.press('Enter')
    await choose(page, 'Rename')
    await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused()
    await page.keyboard.type(`By ${key}`)
    await page.keyboard.press(key)
    await expect(menu).toBeFocused()
    await expect(page.getByRole('menu')).toBeHidden()
  }
  await expect(chat.session('By Enter')).toBeVisible()

  const memory = new MemoryPanel(page)
  await memory.button.press('Enter')
  const edit = memory.summary.getByRole('button', { name: /summary$/ }).first()
  for (const name of ['Cancel', 'Save summary']) {
    await edit.press('Enter')
    await expect(memory.summary.getByRole('textbox')).toBeFocused()
    await page.keyboard.type('a fact')
    await memory.summary.getByRole('button', { name }).press('Enter')
    await expect(edit).toBeFocused()
  }
  await expect(edit).toHaveText('Edit summary')
  await edit.press('Enter')
  await page.keyboard.press('Escape')
  await expect(edit).toBeFocused()

  await new SettingsPage(page).open()
  const opener = page.getByRole('button', { name: 'Delete everything…' })
  await opener.press('Enter')
  await page.getByRole('button', { name: 'Cancel' }).press('Enter')
  await expect(opener).toBeFocused()
})

/** In an open menu, by its first letter and the arrows. */
async function choose(page: Page, name: string): Promise<void> {
  const item = page.getByRole('menuitem', { name })
  await expect(item).toBeVisible()
  for (let presses = 0; presses < 8; presses++) {
    if (await item.evaluate((element) => element === document.activeElement)) break
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
}

test('[A40] Enter that composes a character, or Escape that gives it up, does nothing in any field', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('the tea is green')
  const composing = [
    { key: 'Enter', isComposing: true, bubbles: true, cancelable: true },
    { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true },
  ]
  const leaving = composing.map((event) => ({ ...event, key: 'Escape' }))
  await chat.action(chat.questions.first(), 'Edit')
  const editor = page.getByRole('textbox', { name: 'Edit message' })
  await editor.fill('お茶')
  for (const event of [...composing, ...leaving]) await editor.dispatchEvent('keydown', event)
  await expect(editor).toHaveValue('お茶')
  await editor.press('Escape')
  await expect(editor).toBeHidden()

  const search = new SearchDialog(page)
  await page.keyboard.press('ControlOrMeta+KeyK')
  await search.field.fill('tea')
  await expect(search.hit('green')).toBeVisible()
  for (const event of [...composing, ...leaving]) await search.field.dispatchEvent('keydown', event)
  await expect(search.dialog).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(search.dialog).toBeHidden()

  const memory = new MemoryPanel(page)
  await memory.open()
  await memory.summary.getByRole('button', { name: 'Write a summary' }).click()
  const summary = memory.summary.getByRole('textbox', { name: 'Summary text' })
  await summary.fill('お茶')
  for (const event of leaving) {
    await summary.dispatchEvent('keydown', event)
    await expect(summary).toHaveValue('お茶')
  }
  await summary.press('Escape')
  await expect(summary).toBeHidden()
  await expect(memory.panel).toBeVisible()
})

test('[A41] 20,000 pasted lines do not freeze the page, and are sent as they are', async ({
  chat,
  page,
  llm,
}) => {
  await chat.open()
  const lines = Array.from({ length: 20_000 }, (_, n) => `${n % 1000}`).join('\n')
  await page.evaluate((text) => navigator.clipboard.writeText(text), lines)
  await chat.composer.focus()
  const startedAt = Date.now()
  await page.keyboard.press('ControlOrMeta+KeyV')
  await page.evaluate(() => new Promise(requestAnimationFrame))
  // Far more than a person would put up with, and far less than a page that has frozen takes.
  expect(Date.now() - startedAt).toBeLessThan(30_000)
  await expect(chat.composer).toHaveValue(lines)
  await expect(chat.send).toBeEnabled()
  const before = llm.requests.length
  await chat.send.click()
  await expect(chat.replies.last()).toContainText('That is noted.')
  const asked = llm.requests.slice(before).find(({ kind }) => kind === 'reply')
  expect(asked?.messages.at(-1)?.content).toBe(lines)
  await chat.composer.fill('still quick')
  await expect(chat.composer).toHaveValue('still quick')
})
