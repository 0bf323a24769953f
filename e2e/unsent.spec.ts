import { expect, type Locator } from '@playwright/test'
import { test } from './fixtures.ts'
import type { ChatPage } from './pages/chat-page.ts'

/** Says something that does not reach the server, as nothing does from then on. */
async function sayOffline(chat: ChatPage, text: string): Promise<Locator> {
  await chat.page.route('**/api/chat', (route) => route.abort('internetdisconnected'))
  await chat.say(text)
  const question = chat.questions.last()
  await expect(question.getByRole('alert')).toContainText('offline')
  return question
}

test('[A13] a send that fails keeps the message with Retry, and never touches a newer draft', async ({
  chat,
  page,
  llm,
}) => {
  await chat.open()
  await chat.ask('hello')
  const question = await sayOffline(chat, 'lost and found')
  await chat.composer.fill('a newer draft')
  await page.unroute('**/api/chat')
  await question.getByRole('button', { name: 'Retry' }).click()
  await expect(chat.replies.last()).toContainText('That is noted.')
  await expect(chat.composer).toHaveValue('a newer draft')
  await expect(chat.questions).toHaveCount(2)
  expect(llm.repliesTo('lost and found')).toHaveLength(1)
})

for (const status of [400, 429, 500]) {
  test(`[A13] a send that is answered with ${status} keeps the message with Retry`, async ({
    chat,
    page,
  }) => {
    await chat.open()
    const body = JSON.stringify({ error: { code: 'internal', message: 'The server has a problem.' } })
    await page.route('**/api/chat', (route) =>
      route.fulfill({ status, contentType: 'application/json', body }),
    )
    await chat.say('try again')
    await expect(chat.questions.last().getByRole('alert')).toContainText('The server has a problem.')
    await page.unroute('**/api/chat')
    await chat.questions.last().getByRole('button', { name: 'Retry' }).click()
    await expect(chat.replies.last()).toContainText('That is noted.')
  })
}

test('[A13] what was not sent is there again after a reload and after another chat, and is sent once', async ({
  chat,
  page,
  llm,
}) => {
  await chat.open()
  await chat.ask('hello')
  const address = page.url()
  const question = await sayOffline(chat, 'the only copy of a long thought')
  await chat.newChat()
  await expect(chat.composer).toHaveValue('')
  await chat.sessions.locator(`a[href="${new URL(address).pathname}"]`).click()
  await expect(question.getByRole('alert')).toContainText('may not have been sent')
  await chat.reload()
  await expect(question).toContainText('the only copy of a long thought')
  await page.unroute('**/api/chat')
  await question.getByRole('button', { name: 'Retry' }).click()
  await expect(chat.replies).toHaveCount(2)
  await chat.settled()
  await chat.reload()
  await expect(chat.questions).toHaveCount(2)
  await expect(chat.questions.last().getByRole('alert')).toBeHidden()
  expect(llm.repliesTo('the only copy of a long thought')).toHaveLength(1)
})

test('[A13] what was not sent stays when what stands above it is written anew', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('hello')
  await sayOffline(chat, 'still to be sent')
  await page.unroute('**/api/chat')
  await chat.action(chat.replies.first(), 'Regenerate')
  await expect(chat.replies.first()).toContainText('2/2')
  await chat.settled()
  await expect(chat.questions.last()).toContainText('still to be sent')
  await chat.questions.last().getByRole('button', { name: 'Retry' }).click()
  await expect(chat.replies).toHaveCount(2)
})

test('messages that are taken back one after the other, and a draft, are all kept', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('hello')
  await sayOffline(chat, 'the first thing')
  await sayOffline(chat, 'the second thing')
  await chat.composer.fill('a newer draft')
  const takeBack = page.getByRole('button', { name: 'Take back' })
  await takeBack.last().click()
  await takeBack.click()
  await expect(chat.composer).toHaveValue('the first thing\n\nthe second thing\n\na newer draft')
  await chat.reload()
  await expect(chat.composer).toHaveValue('the first thing\n\nthe second thing\n\na newer draft')
  await expect(chat.questions).toHaveCount(1)
})

test('a first message that fails is left behind by New chat, and is in the draft after a reload', async ({
  chat,
  page,
}) => {
  await chat.open()
  await sayOffline(chat, 'the only copy of a long thought')
  await chat.reload()
  await expect(chat.composer).toHaveValue('the only copy of a long thought')
  await chat.say('and another')
  await expect(chat.questions).toHaveCount(1)
  await chat.sessions.getByRole('link', { name: 'New chat' }).click()
  await expect(chat.questions).toHaveCount(0)
  await expect(page).toHaveURL(/\/$/)
})
