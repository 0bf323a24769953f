import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { MemoryPanel } from './pages/memory-panel.ts'

// Eight to twelve turns each, one after the other: a busy machine needs its time for them.
test.beforeEach(() => test.slow())

test('[A32] an edit of the summary is in the very next prompt', async ({ chat, page, llm }) => {
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.talk('hi im bob')
  await memory.open()
  await memory.edit('- 2026-01-02 user: my lucky number is 8231.')
  await expect(memory.summary).toContainText('edited by you')
  await chat.ask('what is my number of luck?')
  expect(llm.repliesTo('what is my number of luck?').at(-1)?.prompt).toContain('8231')
  await memory.versions.getByRole('button').first().click()
  await expect(memory.versions.getByRole('list', { name: 'Changes' })).toContainText('8231')
})

test('[A33] a forgotten message is gone from the thread, prompts, summaries, search and the files of the database', async ({
  chat,
  page,
  llm,
  startServer,
}) => {
  const server = await startServer()
  const memory = new MemoryPanel(page)
  await chat.open(server.url)
  await chat.talk('zqxkanarok is my secret word')
  await memory.open()
  await expect(memory.fact(/zqxkanarok/)).toBeVisible()
  await chat.action(chat.questions.first(), 'Forget')
  const dialog = page.getByRole('dialog', { name: 'Forget this message?' })
  await expect(dialog.getByRole('list', { name: 'What goes' })).toContainText(/summary v1/)
  await dialog.getByRole('button', { name: 'Forget for good' }).click()
  const report = page.getByRole('dialog', { name: 'Forgotten' })
  await expect(report.getByRole('status')).toContainText(/Gone: 1 message, \d+ summar/)
  await report.getByRole('button', { name: 'Done' }).click()
  await expect(chat.questions).toHaveCount(7)
  await expect(page.locator('body')).not.toContainText('zqxkanarok')
  await expect(memory.audit).toContainText(/15 messages: [1-9]\d* summarised, \d+ word for word, 0 lost/)
  await chat.ask('which secret word did I say?')
  expect(llm.repliesTo('which secret word').at(-1)?.prompt).not.toContain('zqxkanarok')
  await chat.action(chat.replies.nth(5), 'Receipt')
  await page.getByRole('button', { name: 'What the model saw' }).click()
  await expect(page.getByRole('dialog')).toContainText('What stood here was forgotten.')
  const bytes = () =>
    ['', '-wal', '-shm']
      .map((part) => join(server.dataDir, `motorhead-chat.db${part}`))
      .filter((file) => existsSync(file))
      .some((file) => readFileSync(file).includes('zqxkanarok'))
  await expect.poll(bytes).toBe(false)
  await page.keyboard.press('Escape')
  await chat.reload()
  await expect(chat.questions).toHaveCount(8)
  await expect(page.locator('body')).not.toContainText('zqxkanarok')
})

test('what the memory shows of a message goes as soon as it is forgotten, in another tab, too', async ({
  chat,
  page,
  openTab,
}) => {
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.ask('vbqkanarok is my other word')
  await chat.ask('and what is new?')
  await memory.open()
  const second = await openTab(page.url())
  await second.action(second.replies.last(), 'Receipt')
  await expect(memory.window).toContainText('vbqkanarok')
  await chat.action(chat.questions.first(), 'Forget')
  await page.getByRole('button', { name: 'Forget for good' }).click()
  await page.getByRole('dialog', { name: 'Forgotten' }).getByRole('button', { name: 'Done' }).click()
  await expect(memory.window).not.toContainText('vbqkanarok')
  await expect(memory.audit).toContainText('3 messages')
  await expect(second.replies.last().getByRole('region', { name: 'Receipt' })).toContainText(
    '1 of them forgotten since',
  )
})

test('a summary is made anew on request, and the old one stays until then', async ({ chat, page }) => {
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.talk('my piano is a Bluthner')
  await memory.open()
  await memory.edit('nothing true')
  await memory.summary.getByRole('button', { name: 'Rebuild' }).click()
  await expect(memory.fact(/Bluthner/)).toBeVisible()
  await expect(memory.versions.getByRole('button')).toHaveCount(3)
  await expect(memory.audit).toContainText('0 lost')
})

test('Try now goes on from the summary that a person has written, and says why when it is refused', async ({
  chat,
  page,
  llm,
}) => {
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.talk('my parrot speaks Latin')
  await memory.open()
  await memory.edit('- 2026-01-02 user: my lucky number is 8231.')
  llm.summariesFail = true
  try {
    for (let n = 9; n <= 11; n++) await chat.ask(`tell me about number ${n}`)
    await expect(memory.status).toContainText('The summariser fails')
    await page.route('**/retry', (route) => route.abort('internetdisconnected'), { times: 1 })
    await memory.tryNow.click()
    await expect(page.getByText('You seem to be offline')).toBeVisible()
    await memory.tryNowThatItWorks(llm)
  } finally {
    llm.summariesFail = false
  }
  await expect(memory.audit).toContainText(/22 messages: \d+ summarised, [1-9] word for word, 0 lost/)
  await expect(memory.summary).toContainText('by fake')
  await expect(memory.fact(/8231/)).toBeVisible()
})

test('a forget that has begun has no way out before its report', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('my secret word is here')
  const gate = Promise.withResolvers<void>()
  await page.route('**/api/memory/*/messages/*', async (route) => {
    if (route.request().method() === 'DELETE') await gate.promise
    await route.continue()
  })
  await chat.action(chat.questions.first(), 'Forget')
  const dialog = page.getByRole('dialog', { name: 'Forget this message?' })
  await dialog.getByRole('button', { name: 'Forget for good' }).click()
  for (const name of ['Forget for good', 'Cancel', 'Close'])
    await expect(dialog.getByRole('button', { name })).toBeDisabled()
  await page.keyboard.press('Escape')
  await page.mouse.click(5, 5)
  await expect(dialog).toBeVisible()
  gate.resolve()
  const report = page.getByRole('dialog', { name: 'Forgotten' })
  await expect(report.getByRole('status')).toContainText('Gone: 1 message')
  await report.getByRole('button', { name: 'Done' }).click()
  await expect(chat.questions).toHaveCount(0)
})

test('everything of mine goes at once, and the cookie with it', async ({ chat, page, startServer }) => {
  const server = await startServer()
  await chat.open(server.url)
  await chat.ask('wvbkanarok')
  const answer = await page.request.delete(`${server.url}/api/me`, {
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  expect(await answer.json()).toMatchObject({ sessions: 1, messages: 2 })
  expect(await page.context().cookies()).toEqual([])
  const file = join(server.dataDir, 'motorhead-chat.db')
  const bytes = () =>
    [file, `${file}-wal`]
      .filter((each) => existsSync(each))
      .some((each) => readFileSync(each).includes('wvbkanarok'))
  await expect.poll(bytes).toBe(false)
})

test('[A48] the memory, a receipt and a forget are done by keyboard alone', async ({ chat, page }) => {
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.talk('my kayak is yellow')
  await memory.button.focus()
  await page.keyboard.press('Enter')
  await expect(memory.panel).toBeFocused()
  await memory.fact(/kayak/).focus()
  await page.keyboard.press('Enter')
  await expect(memory.summary.getByRole('button', { expanded: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(memory.panel).toBeHidden()
  await expect(memory.button).toBeFocused()
  const receipt = chat.replies.last().getByRole('button', { name: 'Receipt' })
  await receipt.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Receipt' })).toBeVisible()
  const forget = chat.questions.last().getByRole('button', { name: 'Forget' })
  await forget.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Forget this message?' })
  const forGood = dialog.getByRole('button', { name: 'Forget for good' })
  await expect(forGood).toBeEnabled()
  await forGood.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Forgotten' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(chat.questions).toHaveCount(7)
})
