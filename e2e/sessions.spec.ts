import { expect, type Page } from '@playwright/test'
import { test } from './fixtures.ts'

test('[A19] a session is renamed: Enter saves, Escape does not, composing does not', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('name this one')
  await expect(chat.session('A fake title')).toBeVisible()
  const title = page.getByRole('textbox', { name: 'Title' })
  await chat.menuOf('A fake title', 'Rename')
  await title.fill('Never mind')
  await title.press('Escape')
  await expect(chat.session('A fake title')).toBeVisible()

  await chat.menuOf('A fake title', 'Rename')
  await title.fill('東京')
  await title.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true })
  await expect(title).toBeVisible()
  await chat.saved(() => title.press('Enter'))
  await expect(chat.session('東京')).toBeVisible()
  await chat.reload()
  await expect(chat.session('東京')).toBeVisible()
})

test('the old title of a session is nowhere on the page any more, not in what is said to screen readers either', async ({
  chat,
  page,
}) => {
  const rename = async (from: string, to: string) => {
    await chat.menuOf(from, 'Rename')
    await page.getByRole('textbox', { name: 'Title' }).fill(to)
    await chat.saved(() => page.getByRole('textbox', { name: 'Title' }).press('Enter'))
  }
  await chat.open()
  await chat.ask('name this one')
  await expect(chat.session('A fake title')).toBeVisible()
  await rename('A fake title', 'Zqxkanarok')
  await chat.newChat()
  await chat.session('Zqxkanarok').click()
  // Next's announcer, which stays until the next page.
  await expect(page.locator('next-route-announcer')).toContainText('Zqxkanarok')
  await rename('Zqxkanarok', 'Something else')
  await expect(page.locator('body')).not.toContainText('Zqxkanarok')
  await expect(page).toHaveTitle(/Something else/)
})

test('[A20] a deleted session comes back by undo, and without it its address is not found', async ({
  chat,
  page,
}) => {
  test.slow()
  await chat.open()
  await chat.ask('to be deleted')
  const address = page.url()
  const sessionId = chat.sessionId()
  await expect(chat.session('A fake title')).toBeVisible()
  await chat.composer.fill('a secret draft')
  await chat.saved(() => chat.menuOf('A fake title', 'Delete'))
  // At once, as it is offered for seconds only: what else a delete does is looked at when there is no undo.
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(chat.session('A fake title')).toBeVisible()
  await chat.open(address)
  await expect(chat.questions).toContainText('to be deleted')
  await expect(chat.composer).toHaveValue('a secret draft')

  await chat.saved(() => chat.menuOf('A fake title', 'Delete'))
  await expect(chat.session('A fake title')).toBeHidden()
  await expect(page).toHaveURL(/\/$/)
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).not.toContain('secret')
  const response = await page.goto(address)
  expect(response?.status()).toBe(404)
  await expect(page.getByRole('heading', { name: 'There is no such chat' })).toBeVisible()
  // After the undo window there is nothing left to bring back.
  await expect
    .poll(() => page.evaluate(async (id) => (await fetch(`/api/sessions/${id}`)).status, sessionId))
    .toBe(404)
})

test('[A21] sessions are grouped by date, and the oldest of 500 can be reached', async ({
  chat,
  page,
  server,
}) => {
  test.slow()
  await chat.open()
  await chat.ask('the newest one')
  await addOldSessions(server.dataDir, page, 500)
  await chat.reload()
  await expect(chat.sessions.getByRole('region', { name: 'Today' })).toBeVisible()
  await expect(chat.sessions.getByRole('region', { name: 'Yesterday' })).toBeVisible()
  const oldest = chat.session('old session 499')
  await expect
    .poll(
      async () => {
        await chat.sessions.getByRole('link').last().scrollIntoViewIfNeeded()
        return oldest.count()
      },
      { timeout: 60_000 },
    )
    .toBe(1)
  await expect(oldest).toBeVisible()
  await oldest.click()
  await expect(page.getByRole('banner')).toContainText('old session 499')
  const address = page.url()
  await chat.menuOf('old session 499', 'Delete')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(oldest).toBeVisible()
  await expect(page).toHaveURL(address)
  await chat.reload()
  await expect(oldest).toHaveCount(0)
  await expect(page.getByRole('banner')).toContainText('old session 499')
})

test('older chats that cannot be loaded are asked for once, until somebody asks for them again', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await chat.ask('the newest one')
  await addOldSessions(server.dataDir, page, 120)
  let asked = 0
  const pages = /\/api\/sessions\?cursor=/
  await page.route(pages, (route) => {
    asked++
    return route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'It is broken.' } } })
  })
  await chat.reload()
  await chat.sessions.getByRole('link').last().scrollIntoViewIfNeeded()
  const alert = chat.sessions.getByRole('alert')
  await expect(alert).toHaveText('Older chats could not be loaded. It is broken.')
  // The newest ones are looked at again every five seconds, which changes nothing about the others.
  await page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/sessions' && answer.ok())
  await page.waitForTimeout(500)
  await expect(alert).toBeVisible()
  expect(asked).toBe(1)
  await page.unroute(pages)
  await chat.sessions.getByRole('button', { name: 'Show older chats' }).click()
  await expect(chat.session('old session 60')).toBeAttached()
  await expect(alert).toHaveCount(0)
})

test('[A21] a day begins where the browser is, not where the server is', async ({
  chat,
  page,
  server,
  browser,
}) => {
  await chat.open()
  await chat.ask('today everywhere')
  await chat.renamed('A fake title', 'today everywhere')
  await addOldSessions(server.dataDir, page, 1, 0.5)
  const storageState = await page.context().storageState()
  // Twelve hours apart: half a day ago was today in the one and yesterday in the other, whatever time it is.
  const ago = Date.now() - 43_200_000
  for (const timezoneId of ['Atlantic/Reykjavik', 'Pacific/Fiji']) {
    const there = await browser.newContext({ timezoneId, storageState })
    const tab = await there.newPage()
    await tab.goto(server.url)
    const day = tab.getByRole('region').filter({ has: tab.getByRole('link', { name: 'old session 0' }) })
    const dayOf = (at: number) => new Date(at).toLocaleDateString('en', { timeZone: timezoneId })
    const isToday = dayOf(ago) === dayOf(Date.now())
    await expect(day.getByRole('heading')).toHaveText(isToday ? 'Today' : 'Yesterday')
    await there.close()
  }
})

test('[A26] a session gets a title by itself, and never against a person', async ({ chat }) => {
  await chat.open()
  await chat.say('please find me a title')
  await expect(chat.session('please find me a title').or(chat.session('A fake title'))).toBeVisible()
  await expect(chat.session('A fake title')).toBeVisible()
  await chat.renamed('A fake title', 'My own')
  await chat.ask('something else entirely')
  await chat.reload()
  await expect(chat.session('My own')).toBeVisible()
})

test('[A26] while no title can be made, a session has its first words', async ({ chat, page, llm }) => {
  llm.titlesFail = true
  try {
    await chat.open()
    await chat.ask('my first words are these')
    const asked = () =>
      llm.requests.filter(({ kind, prompt }) => kind === 'title' && prompt.includes('my first words'))
    await expect.poll(() => asked().every(({ ended }) => ended) && asked().length).toBeGreaterThan(0)
    await page.goto('/')
    await expect(chat.session('my first words are these')).toBeVisible()
  } finally {
    llm.titlesFail = false
  }
})

test('[A27] what is not sent is still there after a reload, each in its session', async ({ chat }) => {
  await chat.open()
  await chat.composer.fill('a new beginning')
  await chat.reload()
  await expect(chat.composer).toHaveValue('a new beginning')
  await chat.composer.fill('')
  await chat.ask('first session')
  await chat.composer.fill('half a thought')
  await chat.reload()
  await expect(chat.composer).toHaveValue('half a thought')
  await chat.sessions.getByRole('link', { name: 'New chat' }).click()
  await expect(chat.composer).toHaveValue('')
  await expect(chat.questions).toHaveCount(0)
})

test('a new chat after a first message is empty, and back leads to the old one', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('the first of two')
  const address = page.url()
  await chat.sessions.getByRole('link', { name: 'New chat' }).click()
  await expect(page.getByRole('heading', { name: 'A chat that remembers' })).toBeVisible()
  await chat.ask('the second of two')
  expect(page.url()).not.toBe(address)
  await expect(chat.questions).toHaveCount(1)
  await chat.sessions.locator(`a[href="${new URL(address).pathname}"]`).click()
  await expect(chat.questions).toHaveText(/the first of two/)
})

test('another tab lists what this one begins', async ({ chat, openTab }) => {
  await chat.open()
  const second = await openTab('/')
  await chat.ask('said in one tab')
  await expect(second.sessions.getByRole('link', { name: /said in one tab|A fake title/ })).toBeVisible()
})

/** Sessions of the past can only be made in the database: nobody can chat last week. */
async function addOldSessions(dataDir: string, page: Page, count: number, daysApart = 1): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(`${dataDir}/motorhead-chat.db`, { timeout: 10_000 })
  const sessionId = new URL(page.url()).pathname.replace('/s/', '')
  const { namespace } = database.prepare('SELECT namespace FROM sessions WHERE id = ?').get(sessionId) as {
    namespace: string
  }
  const insert = database.prepare(
    `INSERT INTO sessions (namespace, id, title, title_source, created_at, updated_at) VALUES (?, ?, ?, 'person', ?, ?)`,
  )
  database.exec('BEGIN')
  for (let n = 0; n < count; n++) {
    const at = Date.now() - (n + 1) * daysApart * 86_400_000
    insert.run(namespace, crypto.randomUUID(), `old session ${n}`, at, at)
  }
  database.exec('COMMIT')
  database.close()
}
