import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { SettingsPage } from './pages/settings-page.ts'
import { createPerson } from './security/person.ts'

test('[A37] with memory off the prompt is the plain one, and on again it holds the past', async ({
  chat,
  page,
  llm,
}) => {
  const settings = new SettingsPage(page)
  await chat.open()
  await chat.ask('hi im bob')
  await settings.open()
  await settings.turn('Use memory', false)
  await chat.newChat()
  await chat.ask('do you know whats my name?')
  const plain = llm.repliesTo('do you know whats my name?').at(-1)
  // What a first message ever is given: there was nothing to remember.
  const [instructions] = llm.repliesTo('hi im bob').at(-1)?.messages ?? []
  expect(plain?.messages).toEqual([instructions, { role: 'user', content: 'do you know whats my name?' }])
  expect(plain?.prompt).not.toMatch(/bob/i)

  await settings.open()
  await settings.turn('Use memory', true)
  await settings.open()
  await expect(settings.toggle('Use memory')).toBeChecked()
  await chat.newChat()
  await expect(await chat.ask('and now, whats my name?')).toContainText('Bob')
})

test('[A35] what was said in other chats is used while the person wants it, and for nobody else', async ({
  chat,
  page,
  llm,
  server,
}) => {
  const settings = new SettingsPage(page)
  await chat.open()
  await chat.ask('my sister lives in Oslo')
  await chat.newChat()
  await chat.ask('where does my sister live?')
  expect(llm.repliesTo('where does my sister live?').at(-1)?.prompt).toContain('Oslo')
  await createPerson(server.url).begin('my sister lives where, exactly?')
  expect(llm.repliesTo('lives where, exactly?').at(-1)?.prompt).not.toContain('Oslo')
  await settings.open()
  await settings.turn('Remember across chats', false)
  await chat.newChat()
  await chat.ask('where did my sister live?')
  expect(llm.repliesTo('where did my sister live?').at(-1)?.prompt).not.toContain('Oslo')
})

test('custom instructions go to the model as the person’s own words, and are limited', async ({
  chat,
  page,
  llm,
}) => {
  const settings = new SettingsPage(page)
  await settings.open()
  await settings.instructions.fill('Answer in rhymes, always.')
  await settings.saveInstructions.click()
  await expect(page.getByText('Saved.')).toBeVisible()
  await chat.newChat()
  await chat.ask('say something')
  expect(llm.repliesTo('say something').at(-1)?.messages[0]?.content).toContain('Answer in rhymes, always.')
  await settings.open()
  await expect(settings.instructions).toHaveValue('Answer in rhymes, always.')
  await settings.instructions.fill('x'.repeat(4001))
  await expect(settings.saveInstructions).toBeDisabled()
  expect(await settings.patch({ customInstructions: 'x'.repeat(4001) })).toBe(400)
})

test('settings are shown as they are now: after Back, and after another tab has changed them; what is written stays', async ({
  chat,
  page,
}) => {
  const settings = new SettingsPage(page)
  const keep = async (tab: SettingsPage, words: string) => {
    await tab.instructions.fill(words)
    await tab.kept(() => tab.saveInstructions.click())
  }
  const comeBack = async () => {
    const read = page.waitForResponse((answer) => answer.url().endsWith('/api/settings'))
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await read
  }
  await settings.open()
  await settings.turn('Use memory', false)
  await keep(settings, 'Old words.')
  await chat.newChat()
  await expect(chat.composer).toBeVisible()
  await page.goBack()
  await expect(settings.toggle('Use memory')).not.toBeChecked()
  await expect(settings.instructions).toHaveValue('Old words.')

  const other = new SettingsPage(await page.context().newPage())
  await other.open()
  await other.turn('Use memory', true)
  await keep(other, 'New words.')
  await comeBack()
  await expect(settings.toggle('Use memory')).toBeChecked()
  await expect(settings.instructions).toHaveValue('New words.')
  await settings.instructions.fill('Half a thought')
  await other.turn('Use memory', false)
  await comeBack()
  await expect(settings.toggle('Use memory')).not.toBeChecked()
  await expect(settings.instructions).toHaveValue('Half a thought')
})

test('a person chooses among the models of the server, and no other', async ({ chat, page, startServer }) => {
  const server = await startServer({ CHAT_MODEL: 'large, small' })
  const settings = new SettingsPage(page)
  await settings.open(server.url)
  await expect(settings.model).toHaveValue('large')
  await settings.kept(() => settings.model.selectOption('small'))
  await page.reload()
  await expect(settings.model).toHaveValue('small')
  await chat.open(server.url)
  await chat.ask('who are you?')
  expect(await settings.patch({ model: 'expensive' })).toBe(400)
})

test('a key is shown once, works for a program, and is revoked', async ({ page, chat, server }) => {
  const settings = new SettingsPage(page)
  await chat.open()
  await chat.ask('hello')
  await settings.open()
  await page.getByRole('textbox', { name: 'Name of the key' }).fill('my notebook')
  await page.getByRole('button', { name: 'Create key' }).click()
  const line = page.getByText('new MotorheadMemory(')
  await expect(line).toContainText(`${server.url}/k/mh_`)
  const [program] = /http[^']+/.exec((await line.textContent()) ?? '') ?? []
  const list = page.getByRole('list', { name: 'API keys' })
  await expect(list).toContainText('my notebook')
  await expect(list).toContainText('never used')
  await settings.open()
  await expect(list).toContainText('my notebook')
  await expect(line).toBeHidden()
  const sessions = `${program}/sessions`
  expect((await fetch(sessions)).status).toBe(200)
  // It is written down beside the answer, which does not wait for it.
  await expect(async () => {
    await settings.open()
    await expect(list).toContainText(/last used .*\d/, { timeout: 5000 })
  }).toPass()
  await page.getByRole('button', { name: 'Revoke my notebook' }).click()
  await expect(list).toBeHidden()
  expect((await fetch(sessions)).status).toBe(401)
})

test('everything is exported as one file', async ({ page, chat }) => {
  const settings = new SettingsPage(page)
  await chat.open()
  await chat.ask('to be taken along')
  await settings.open()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export everything' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^motorhead-chat-\d{4}-\d\d-\d\d\.json$/)
  const file = JSON.parse(readFileSync(await download.path(), 'utf8'))
  expect(file.sessions).toHaveLength(1)
  expect(JSON.stringify(file)).toContain('to be taken along')
})

test('everything of a person is deleted after a word to confirm, and the browser is nobody’s', async ({
  chat,
  page,
  context,
}) => {
  const settings = new SettingsPage(page)
  await chat.open()
  await chat.ask('to be forgotten')
  const sessionId = chat.sessionId()
  await settings.open()
  await page.getByRole('button', { name: 'Delete everything…' }).click()
  const confirm = page.getByRole('button', { name: 'Delete everything for good' })
  const word = page.getByRole('textbox', { name: /to confirm/ })
  await expect(confirm).toBeDisabled()
  await word.fill('delete')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Delete everything…' }).click()
  await expect(confirm).toBeDisabled()
  await word.fill('delete')
  await confirm.click()
  await expect(page.getByRole('heading', { name: 'A chat that remembers' })).toBeVisible()
  await expect(chat.sessions.getByRole('link')).toHaveCount(1)
  expect(await context.cookies()).toEqual([])
  expect((await page.request.get(`/api/sessions/${sessionId}`)).status()).toBe(404)
})

test('the connection to the model is tried in place, and what is wrong is said in plain words', async ({
  chat,
  page,
  startServer,
}) => {
  await chat.open()
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByRole('status').filter({ hasText: /fake answered in/ })).toBeVisible()

  const unreachable = await startServer({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' })
  await chat.open(unreachable.url)
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'cannot be reached' })).toBeVisible()

  const offline = await startServer({ OPENAI_BASE_URL: '', OPENAI_API_KEY: '', CHAT_MODEL: '' })
  await chat.open(offline.url)
  await page.getByText('How to connect').click()
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(
    page.getByRole('alert').filter({ hasText: 'No language model is connected yet' }),
  ).toBeVisible()
})

test('usage tells what my chats have taken, by kind and by chat, and what is left of the day; before, that there is nothing', async ({
  chat,
  page,
  startServer,
}) => {
  const server = await startServer({ CHAT_PRICE: '2/8', TOKENS_PER_DAY: '1000000' })
  const settings = new SettingsPage(page)
  await settings.open(server.url)
  const usage = page.getByRole('region', { name: 'Usage' })
  await expect(usage).toContainText('Nothing yet.')
  await chat.open(server.url)
  await chat.ask('what does this cost?')
  await chat.ask('and this?')
  await expect(chat.session('A fake title')).toBeVisible()
  await settings.open(server.url)
  const replies = usage.getByRole('row').filter({ hasText: 'Replies' })
  await expect(replies.getByRole('cell').first()).toHaveText('2')
  await expect(replies.getByRole('cell').last()).toContainText('$')
  await expect(usage.getByRole('row').filter({ hasText: 'Titles' })).toBeVisible()
  await expect(usage.getByRole('progressbar', { name: 'In all' })).toBeVisible()
  await expect(usage.getByRole('progressbar', { name: 'Of it yours' })).toBeVisible()
  await expect(usage).toContainText('of 1M tokens')
  await usage.getByRole('link', { name: 'A fake title' }).click()
  await expect(chat.questions.first()).toContainText('what does this cost?')
})
