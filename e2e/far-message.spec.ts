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

test('earlier messages are there before their place comes into view, and what is read stays where it is', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await longChat(page.request, server.url)
  await chat.reload()
  await chat.session('A long one').click()
  const messages = chat.log.getByRole('article')
  await expect(messages.last()).toBeInViewport()
  await expect(messages).toHaveCount(80)
  const read = messages.filter({ hasText: `number ${MESSAGES - 78},` })
  const before = await read.evaluate((message) => {
    message.scrollIntoView({ block: 'start' })
    return message.getBoundingClientRect().top
  })
  await expect(messages.filter({ hasText: `number ${MESSAGES - 160},` })).toBeAttached()
  const after = await read.evaluate((message) => message.getBoundingClientRect().top)
  expect(Math.abs(after - before)).toBeLessThanOrEqual(1)
  await expect(messages).toHaveCount(160)
})

test('earlier messages that cannot be loaded are asked for once, and again when somebody asks or comes back to them', async ({
  chat,
  page,
  server,
}) => {
  await page.addInitScript(() => {
    const window_ = Object.assign(window, { said: 0 })
    const isAlert = (node: Node) => node instanceof Element && node.matches('main [role=alert]')
    new MutationObserver((changes) => {
      window_.said += changes.flatMap(({ addedNodes }) => [...addedNodes]).filter(isAlert).length
    }).observe(document, { childList: true, subtree: true })
  })
  await chat.open()
  await longChat(page.request, server.url)
  await chat.reload()
  let asked = 0
  const pages = /\/api\/sessions\/[^/]+\?before=/
  await page.route(pages, (route) => {
    asked++
    return route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'It is broken.' } } })
  })
  await chat.session('A long one').click()
  const messages = chat.log.getByRole('article')
  await expect(messages.last()).toBeInViewport()
  const alert = page.getByRole('alert').filter({ hasText: 'The earlier messages could not be loaded.' })
  const more = chat.log.getByRole('button', { name: 'Load earlier messages' })
  const counts = async () => [asked, await page.evaluate(() => (window as unknown as { said: number }).said)]
  /** For so long a page that asks without end would have done so often. */
  const stays = async (times: number) => {
    await expect.poll(counts).toEqual([times, times])
    await page.waitForTimeout(1000)
    expect(await counts()).toEqual([times, times])
  }

  await messages.first().scrollIntoViewIfNeeded()
  await expect(alert).toContainText('It is broken.')
  await stays(1)
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await stays(1)
  await expect(alert).toHaveCount(0)
  await more.click()
  await expect(more).toBeFocused()
  await stays(2)
  await messages.last().scrollIntoViewIfNeeded()
  await messages.first().scrollIntoViewIfNeeded()
  await stays(3)

  await page.unroute(pages)
  await more.click()
  await expect(messages.filter({ hasText: `number ${MESSAGES - 160},` })).toBeAttached()
  await expect(alert).toHaveCount(0)
})
