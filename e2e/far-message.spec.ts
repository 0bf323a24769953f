import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { SearchDialog } from './pages/search-dialog.ts'

/** A chat of 1,200 messages, brought in; its hedgehog is message 301. */
const MESSAGES = 1200
const FAR = 300

async function longChat(request: import('@playwright/test').APIRequestContext, origin: string) {
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString()
  const ids = Array.from({ length: MESSAGES }, () => crypto.randomUUID() as string)
  const messages = ids.map((id, n) => ({
    id,
    parentId: ids[n - 1] ?? null,
    role: n % 2 === 0 ? 'user' : 'assistant',
    text:
      n === FAR ? 'Where does the hedgehog sleep?' : `Message number ${n}, of three lines.\n\nOne.\n\nTwo.`,
    createdAt: at(n),
  }))
  const session = { id: crypto.randomUUID(), title: 'A long one', headId: ids.at(-1), messages }
  const sessions = [{ ...session, createdAt: at(0), updatedAt: at(MESSAGES) }]
  const data = { format: 'motorhead-chat', version: 1, exportedAt: at(0), sessions }
  const answer = await request.post(`${origin}/api/import`, { headers: { origin }, data })
  expect(answer.ok()).toBe(true)
}

test('[A23] a hit far up in a chat of 1,200 messages is shown by one request, and read on from in both directions', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await longChat(page.request, server.url)
  await chat.reload()
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (/^\/api\/sessions\/[^/]+$/.test(pathname) && search !== '') asked.push(search)
  })
  await page.keyboard.press('Control+k')
  const search = new SearchDialog(page)
  await search.field.fill('hedgehog')
  await search.choose('hedgehog')
  const found = chat.log.getByRole('article').filter({ hasText: 'hedgehog' })
  await expect(found).toBeInViewport()
  await expect(found).toBeFocused()
  expect(asked.filter((query) => query.includes('around'))).toHaveLength(1)
  expect(asked.length).toBeLessThanOrEqual(3)

  await test.step('what is read stays where it is while pages come in above and below', async () => {
    const place = () => found.evaluate((message) => Math.round(message.getBoundingClientRect().top))
    const before = await place()
    await expect(chat.log.getByRole('button', { name: 'Load earlier messages' })).toBeAttached()
    expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(1)
    // A click would run after the button, which moves down as soon as it comes into view.
    await chat.log
      .getByRole('button', { name: 'Load later messages' })
      .evaluate((button) => button.scrollIntoView({ block: 'end' }))
    await expect(chat.log.getByRole('article').filter({ hasText: `number ${FAR + 60},` })).toBeAttached()
  })

  await test.step('one button leads back to the end, where the talk goes on', async () => {
    await page.getByRole('button', { name: 'Scroll to the end' }).click()
    await expect(chat.replies.last()).toContainText(`number ${MESSAGES - 1}`)
    await expect(chat.replies.last()).toBeInViewport()
    await expect(found).toHaveCount(0)
    await chat.say('and now?')
    await expect(chat.questions.last()).toContainText('and now?')
    await chat.settled()
  })
})

test('[A29] a message sent while reading far above shows the end with it', async ({ chat, page, server }) => {
  await chat.open()
  await longChat(page.request, server.url)
  await chat.reload()
  await page.keyboard.press('Control+k')
  const search = new SearchDialog(page)
  await search.field.fill('hedgehog')
  await search.choose('hedgehog')
  await expect(chat.log.getByRole('article').filter({ hasText: 'hedgehog' })).toBeInViewport()
  await chat.say('something new')
  await expect(chat.questions.last()).toContainText('something new')
  await expect(chat.questions.last()).toBeInViewport()
  await expect(chat.log.getByRole('button', { name: 'Load later messages' })).toHaveCount(0)
})
