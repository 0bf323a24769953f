import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { test } from './fixtures.ts'
import { lookOutFor } from './look-out.ts'
import { SearchDialog } from './pages/search-dialog.ts'

test('[A22] a pinned session stays on top, after a reload and in another tab, until it is unpinned', async ({
  chat,
  openTab,
}) => {
  await chat.open()
  await chat.ask('pin this one')
  await chat.renamed('A fake title', 'Pinned by me')
  await chat.newChat()
  await chat.ask('a newer one')
  await chat.saved(() => chat.menuOf('Pinned by me', 'Pin'))
  const pinned = chat.sessions.getByRole('region', { name: 'Pinned' })
  await expect(pinned.getByRole('link')).toHaveText(['Pinned by me'])
  await expect(chat.sessions.getByRole('link', { name: 'Pinned by me' })).toHaveCount(1)
  const second = await openTab()
  await expect(second.sessions.getByRole('region', { name: 'Pinned' }).getByRole('link')).toHaveCount(1)
  await chat.reload()
  await expect(pinned.getByRole('link')).toHaveText(['Pinned by me'])
  await chat.saved(() => chat.menuOf('Pinned by me', 'Unpin'))
  await expect(pinned).toBeHidden()
  await expect(chat.session('Pinned by me')).toBeVisible()
  await expect(second.sessions.getByRole('region', { name: 'Pinned' })).toBeHidden()
})

test('[A24] a session is saved as Markdown and as JSON with every version', async ({ chat, page, llm }) => {
  llm.when('pick a colour', { say: 'red' })
  await chat.open()
  await chat.ask('pick a colour')
  llm.when('pick a colour', { say: 'blue' })
  await chat.action(chat.replies.first(), 'Regenerate')
  await expect(chat.replies.first()).toContainText('blue')
  await chat.settled()
  await chat.renamed('A fake title', '../Colours: "best of" <b>')

  const markdown = await saved(page, () => chat.exportOf('Colours', 'As Markdown'))
  expect(markdown.name).toMatch(/^colours-best-of-b-\d{4}-\d\d-\d\d\.md$/)
  expect(markdown.text).toContain('## You')
  expect(markdown.text).toContain('pick a colour')
  expect(markdown.text).toContain('blue')
  expect(markdown.text).not.toContain('red')

  const json = await saved(page, () => chat.exportOf('Colours', 'As JSON'))
  const [session] = JSON.parse(json.text).sessions
  expect(session.messages.map(({ text }: { text: string }) => text)).toEqual(['pick a colour', 'red', 'blue'])
})

test('[A23] search finds words inside messages by keyboard alone, and jumps to the message', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('the hedgehog sleeps in winter')
  for (let n = 1; n <= 12; n++) await chat.ask(`something else, number ${n}`)
  await chat.newChat()
  await chat.ask('another session')

  const search = new SearchDialog(page)
  await page.keyboard.press('ControlOrMeta+KeyK')
  await expect(search.field).toBeFocused()
  await search.field.pressSequentially('winter hedg')
  await expect(search.hit('hedgehog')).toBeVisible()
  await expect(search.dialog.locator('mark')).toHaveText(['hedgehog', 'winter'])
  const marked = await lookOutFor(page, 'article[data-found]', 'hedgehog')
  await search.choose('hedgehog')
  await expect(search.dialog).toBeHidden()
  await expect(chat.questions.filter({ hasText: 'hedgehog' })).toBeInViewport()
  await marked()

  await page.keyboard.press('ControlOrMeta+KeyK')
  await search.field.fill('unheard-of')
  await expect(search.dialog.getByRole('status')).toContainText('Nothing that was said')
  await page.keyboard.press('Escape')
  await expect(search.dialog).toBeHidden()
})

test('[A23] search shows nothing of other people', async ({ chat, browser, server, page }) => {
  await chat.open()
  await chat.ask('a zebra is mine')
  const stranger = await browser.newContext()
  const answer = await stranger.request.get(`${server.url}/api/search?q=zebra`)
  expect(await answer.json()).toEqual({ sessions: [] })
  await stranger.close()
  const own = await page.evaluate(async () => (await fetch('/api/search?q=zebr')).json())
  expect(own.sessions).toHaveLength(1)
})

/** What a click saves. */
async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
}
