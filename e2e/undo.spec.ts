import { expect, type Page } from '@playwright/test'
import { test } from './fixtures.ts'
import { MemoryPanel } from './pages/memory-panel.ts'

/** What is offered again by the notice of what has failed; the one before it may still be on its way out. */
const offered = (page: Page, name: string) =>
  page.getByRole('listitem').filter({ hasText: 'You seem to be offline' }).getByRole('button', { name })

test('an undo that does not reach the server says so, and is offered again', async ({ chat, page }) => {
  const undo = page.getByRole('button', { name: 'Undo' })
  await chat.open()
  await chat.ask('to be deleted')
  await expect(chat.session('A fake title')).toBeVisible()
  await chat.saved(() => chat.menuOf('A fake title', 'Delete'))
  await page.route('**/restore', (route) => route.abort('internetdisconnected'), { times: 1 })
  await undo.click()
  await offered(page, 'Undo').click()
  await expect(chat.session('A fake title')).toBeVisible()
})

test('an undo of what is not there to be brought back says that it is too late, and is not offered again', async ({
  chat,
  page,
}) => {
  const undo = page.getByRole('button', { name: 'Undo' })
  await chat.open()
  await chat.ask('to be deleted')
  await expect(chat.session('A fake title')).toBeVisible()
  await chat.saved(() => chat.menuOf('A fake title', 'Delete'))
  await page.route('**/restore', (route) =>
    route.fulfill({ status: 404, json: { error: { code: 'not-found', message: 'There is no such chat.' } } }),
  )
  await undo.click()
  await expect(page.getByText('It is too late')).toBeVisible()
  await expect(undo).toBeHidden()
})

test('an undo for which another tab was first has the chat back all the same', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('to be deleted')
  await expect(chat.session('A fake title')).toBeVisible()
  const restore = `/api/sessions/${chat.sessionId()}/restore`
  await chat.saved(() => chat.menuOf('A fake title', 'Delete'))
  const answer = await page.request.post(restore, { headers: { 'sec-fetch-site': 'same-origin' } })
  expect(answer.ok()).toBe(true)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(chat.session('A fake title')).toBeVisible()
  await expect(chat.questions).toHaveCount(1)
})

test('an undo is offered as long as it can be done, also where the clock is an hour ahead', async ({
  chat,
  page,
}) => {
  await page.addInitScript(() => {
    const now = Date.now
    Date.now = () => now() + 3_600_000
  })
  await chat.open()
  await chat.ask('to be deleted')
  await expect(chat.session('A fake title')).toBeVisible()
  await chat.saved(() => chat.menuOf('A fake title', 'Delete'))
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await page.getByRole('button', { name: 'Undo' }).click({ timeout: 30_000 })
  await expect(chat.session('A fake title')).toBeVisible()
})

test('the undo of a summary is taken back when the connection is', async ({ chat, page }) => {
  test.slow()
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.talk('my boat is called Calypso')
  await memory.open()
  await expect(memory.fact(/Calypso/)).toBeVisible()
  await page.route('**/restore', (route) => route.abort('internetdisconnected'), { times: 1 })
  await memory.summary.getByRole('button', { name: 'Undo summary' }).click()
  await page.getByRole('button', { name: 'Take it back' }).click()
  await offered(page, 'Take it back').click()
  await expect(memory.fact(/Calypso/)).toBeVisible()
})
