import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from '@playwright/test'
import { test } from './fixtures.ts'

/** A machine may stand still for a second just then: one in so many stops is that soon. */
const STOPS = 4

test('[A7] the text of a reply never blanks or shrinks while it streams', async ({ chat, llm, page }) => {
  const words = Array.from({ length: 400 }, (_, n) => `word${n}`).join(' ')
  llm.when('a long one', {
    say: `# Story\n\n${words}\n\n- a **list** of\n- things\n\n\`\`\`js\nlet a = 1\n\`\`\``,
  })
  await chat.open()
  await page.evaluate(() => {
    const shrinks: number[] = []
    let last = 0
    Object.assign(window, { shrinks })
    new MutationObserver(() => {
      const reply = document.querySelector('[role=log] article[aria-label=Assistant] .md')
      const length = reply?.textContent?.length ?? 0
      if (length < last - 8) shrinks.push(last - length)
      last = Math.max(last, length)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  await chat.ask('a long one')
  await expect(chat.replies.last()).toContainText('word399')
  expect(await page.evaluate(() => (window as unknown as { shrinks: number[] }).shrinks)).toEqual([])
})

test('[A8] stop freezes the text, aborts the provider call within a second, and a reload shows the same', async ({
  chat,
  llm,
  page,
}) => {
  await chat.open()
  let soonest = Number.POSITIVE_INFINITY
  for (let stop = 0; stop < STOPS && soonest >= 1000; stop++) {
    llm.when('stop me', { say: 'one two three ', hold: true, rest: 'never said' })
    await chat.say('stop me')
    await expect(chat.replies.nth(stop)).toContainText('one two three')
    const asked = page.waitForRequest('**/stop').then(() => Date.now())
    await chat.stop.click()
    const stoppedAt = await asked
    await expect(chat.replies.nth(stop)).toContainText('Stopped.')
    await expect.poll(() => llm.repliesTo('stop me')[stop]?.abortedAt).not.toBeNull()
    soonest = Math.min(soonest, (llm.repliesTo('stop me')[stop]?.abortedAt ?? 0) - stoppedAt)
  }
  expect(soonest).toBeLessThan(1000)
  await chat.reload()
  await expect(chat.replies.last()).toContainText('one two three')
  await expect(chat.replies.last()).toContainText('Stopped.')
  await expect(chat.replies.last()).not.toContainText('never')
})

test('[A9] a reply is completed while nobody looks', async ({ chat, llm, page }) => {
  llm.when('leave', { say: 'begun ', hold: true, rest: 'and done' })
  await chat.open()
  await chat.say('leave')
  await expect(chat.replies.last()).toContainText('begun')
  const address = page.url()
  await page.goto('about:blank')
  llm.release('leave')
  await expect.poll(() => llm.repliesTo('leave')[0]?.ended).toBe(true)
  await chat.open(address)
  await expect(chat.replies.last()).toContainText('begun and done')
  await chat.settled()
})

test('[A10] a reload in the middle goes on where it was, and nothing comes twice', async ({ chat, llm }) => {
  llm.when('reload me', { say: 'alpha beta ', hold: true, rest: 'gamma delta' })
  await chat.open()
  await chat.say('reload me')
  await expect(chat.replies.last()).toContainText('alpha beta')
  await chat.reload()
  await expect(chat.replies.last()).toContainText('alpha beta')
  await expect(chat.stop).toBeVisible()
  llm.release('reload me')
  await chat.settled()
  await expect(chat.replies.last().locator('.md')).toHaveText('alpha beta gamma delta')
  expect(llm.repliesTo('reload me')).toHaveLength(1)
})

test('[A11] a second tab shows the same stream live, and stop works there', async ({
  chat,
  llm,
  page,
  openTab,
}) => {
  await chat.open()
  await chat.ask('hello')
  const second = await openTab(page.url())
  llm.when('both tabs', { say: 'seen ', hold: true, rest: 'unseen' })
  await chat.say('both tabs')
  await expect(second.replies.last()).toContainText('seen')
  await second.stop.click()
  await expect(second.replies.last()).toContainText('Stopped.')
  await expect(chat.replies.last()).toContainText('Stopped.')
  await expect.poll(() => llm.repliesTo('both tabs')[0]?.abortedAt).not.toBeNull()
})

test('[A12] a killed server leaves the text so far, marked interrupted, with Continue and Retry', async ({
  chat,
  llm,
  page,
  startServer,
}) => {
  const server = await startServer()
  llm.when('kill me', { say: 'The answer is ', hold: true })
  await chat.open(server.url)
  await chat.say('kill me')
  await expect(chat.replies.last()).toContainText('The answer is')
  // What was written to the disk, and not only to the screen, is what a crash keeps.
  await expect.poll(() => chunksOnDisk(server.dataDir)).toContain('is ')
  await server.kill()
  await server.start()
  await chat.open(page.url())
  const reply = chat.replies.last()
  await expect(reply).toContainText('The answer is')
  await expect(reply).toContainText('This reply was interrupted.')
  await expect(reply.getByRole('button', { name: 'Retry' })).toBeVisible()
  llm.when('stopped', { say: 'forty-two.' })
  await reply.getByRole('button', { name: 'Continue' }).click()
  await chat.settled()
  await expect(chat.replies.last()).toContainText('The answer is')
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.replies.last()).not.toContainText('interrupted')
})

test('[A14] two tabs that send at once get one order, and replies one after the other', async ({
  chat,
  llm,
  page,
  openTab,
}) => {
  await chat.open()
  await chat.ask('hello')
  const second = await openTab(page.url())
  llm.when('from the left', { say: 'left ', hold: true, rest: 'side' })
  llm.when('from the right', { say: 'right side' })
  await Promise.all([chat.composer.fill('from the left'), second.composer.fill('from the right')])
  await chat.composer.press('Enter')
  await expect(chat.replies.last()).toContainText('left')
  // The second tab had its text ready before it heard of the first one's.
  await second.page.evaluate(async (sessionId) => {
    const body = {
      kind: 'send',
      sessionId,
      isNew: false,
      id: crypto.randomUUID(),
      replyId: crypto.randomUUID(),
    }
    const view = await (await fetch(`/api/sessions/${sessionId}`)).json()
    void fetch('/api/chat', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, after: view.messages[1].id, text: 'from the right' }),
    })
  }, chat.sessionId())
  await expect
    .poll(
      async () => (await (await page.request.get(`/api/sessions/${chat.sessionId()}`)).json()).runs.length,
    )
    .toBe(2)
  expect(llm.repliesTo('from the right')).toHaveLength(0)
  llm.release('from the left')
  await expect.poll(() => llm.repliesTo('from the right').length).toBe(1)
  await chat.reload()
  await chat.settled()
  await expect(
    chat.log
      .getByRole('article')

      .locator(':scope > .md, :scope > [dir=auto]')
      .filter({ hasText: /left|right/ }),
  ).toHaveText(['from the left', 'left side', 'from the right', 'right side'])
})

test('two processes on one data folder are one: seen and stopped from the other', async ({
  chat,
  llm,
  page,
  startServer,
  browser,
}) => {
  const first = await startServer()
  const other = await startServer({}, first.dataDir)
  await chat.open(first.url)
  llm.when('across', { say: 'from the first process ', hold: true })
  await chat.say('across')
  await expect(chat.replies.last()).toContainText('from the first process')
  const cookies = await page.context().cookies(first.url)
  const context = await browser.newContext({ storageState: { cookies, origins: [] } })
  const { ChatPage } = await import('./pages/chat-page.ts')
  const there = new ChatPage(await context.newPage())
  await there.open(`${other.url}/s/${chat.sessionId()}`)
  await expect(there.replies.last()).toContainText('from the first process')
  await there.stop.click()
  await expect.poll(() => llm.repliesTo('across')[0]?.abortedAt).not.toBeNull()
  await expect(chat.replies.last()).toContainText('Stopped.')
  await context.close()
})

/** What a server that is running has written of the replies that it streams. */
function chunksOnDisk(dataDir: string): string {
  const database = new DatabaseSync(join(dataDir, 'motorhead-chat.db'), { readOnly: true })
  const rows = database.prepare('SELECT chunks FROM run_chunks ORDER BY run_seq, first').all()
  database.close()
  return rows.map(({ chunks }) => chunks).join('')
}
