import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { lookOutFor } from './look-out.ts'

test('[A1] a first message gets a streamed reply, an address, a row in the sidebar, and a reload shows it all', async ({
  chat,
  page,
  llm,
}) => {
  llm.when('first light', { say: 'So it ', hold: true, rest: 'begins.' })
  await chat.open()
  expect((await page.context().cookies()).length).toBe(0)
  await chat.say('first light')
  await expect(chat.replies.last()).toContainText('So it')
  await expect(page).toHaveURL(/\/s\/[0-9a-f-]{36}$/)
  await expect(chat.session('first light')).toBeVisible()
  llm.release('first light')
  await chat.settled()
  await expect(chat.replies.last()).toContainText('So it begins.')
  const [cookie] = await page.context().cookies()
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  await chat.reload()
  await expect(chat.questions).toHaveText(/first light/)
  await expect(chat.replies).toContainText('So it begins.')
  await expect(chat.session(/first light|A fake title/)).toHaveAttribute('aria-current', 'page')
})

test('[A2] blank text cannot be sent', async ({ chat, llm }) => {
  await chat.open()
  const before = llm.repliesTo('').length
  await chat.say(' \n\t ')
  await expect(chat.send).toBeDisabled()
  await expect(chat.questions).toHaveCount(0)
  expect(llm.repliesTo('')).toHaveLength(before)
})

test('[A3] the input clears, keeps newlines and has the focus again', async ({ chat }) => {
  await chat.open()
  await chat.composer.fill('line one')
  await chat.composer.press('Shift+Enter')
  await chat.composer.pressSequentially('line two')
  await chat.send.click()
  await expect(chat.composer).toHaveValue('')
  await expect(chat.composer).toBeFocused()
  await expect(chat.questions.last().locator('div').first()).toHaveText('line one\nline two', {
    useInnerText: true,
  })
})

test('[A4] headings, lists, tables, code with highlight and copy, and math are shown as what they are', async ({
  chat,
  page,
  llm,
}) => {
  llm.when('everything', {
    say: '# Title\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst x = 1\n```\n\nAn $x^2$ and **bold**. ![pic](https://evil.example/x.png) <script>alert(1)</script>',
  })
  await chat.open()
  const foreign: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') foreign.push(request.url())
  })
  const reply = await chat.ask('everything')
  await expect(reply.getByRole('heading', { name: 'Title' })).toBeVisible()
  await expect(reply.getByRole('listitem')).toHaveText(['one', 'two'])
  await expect(reply.getByRole('cell')).toHaveText(['1', '2'])
  await expect(reply.locator('code .hljs-keyword')).toHaveText('const')
  await expect(reply.locator('math').first()).toBeVisible()
  await expect(reply.locator('strong')).toHaveText('bold')
  await expect(reply.locator('img, script')).toHaveCount(0)
  await reply.locator('pre').hover()
  await reply.getByRole('button', { name: /copy/i }).first().click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('const x = 1')
  expect(foreign).toEqual([])
})

test('over plain HTTP, where a page has no clipboard, copying works all the same; where it does not, it says so', async ({
  chat,
  page,
  llm,
}) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
  llm.when('some code', { say: '```js\nconst harp = 1\n```' })
  await chat.open()
  const reply = await chat.ask('some code')
  const codeCopied = await lookOutFor(page, '[role=log] button', 'Copied')
  await reply.getByRole('button', { name: 'Copy code' }).click()
  await codeCopied()
  await chat.composer.press('ControlOrMeta+KeyV')
  await expect(chat.composer).toHaveValue('const harp = 1')

  await reply.getByRole('button', { name: 'Receipt' }).click()
  await page.getByRole('button', { name: 'What the model saw' }).click()
  const promptCopied = await lookOutFor(page, '[role=dialog]', 'Copied.')
  await page.getByRole('button', { name: 'Copy as JSON' }).click()
  await promptCopied()
  await page.keyboard.press('Escape')
  await chat.composer.fill('')
  await chat.composer.press('ControlOrMeta+KeyV')
  await expect(chat.composer).toHaveValue(/"content": "some code"/)

  await page.evaluate(() => {
    document.execCommand = () => false
  })
  await reply.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(page.getByText('Could not be copied.')).toBeVisible()
})

for (const [name, behaviour, sentence] of [
  ['a wrong key', { fail: 401 }, /did not accept the key/],
  ['a model that is not there', { fail: 404 }, /CHAT_MODEL/],
  ['a page instead of an answer', { html: true }, /cannot be read/],
] as const) {
  test(`[A5] ${name} is said in plain words, and the next message works`, async ({ chat, llm, page }) => {
    await chat.open()
    llm.when(`failing ${name}`, behaviour)
    const reply = await chat.ask(`failing ${name}`)
    await expect(reply.getByRole('alert')).toContainText(sentence)
    await expect(page.locator('body')).not.toContainText(/sk-|raw provider|secret/)
    await expect(await chat.ask('and now?')).toContainText('That is noted.')
    await chat.reload()
    await expect(chat.replies.first().getByRole('alert')).toContainText(sentence)
  })
}

test('[A5] a failed reply can be asked for again', async ({ chat, llm }) => {
  await chat.open()
  llm.when('flaky', { fail: 400 })
  const reply = await chat.ask('flaky')
  await reply.getByRole('button', { name: 'Retry' }).click()
  await expect(chat.replies.last()).toContainText('That is noted.')
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.log).toContainText('2/2')
})

test('without a model the chat answers from its memory, says so, and says how to connect one', async ({
  page,
  chat,
  startServer,
}) => {
  const server = await startServer({ OPENAI_BASE_URL: '', OPENAI_API_KEY: '', CHAT_MODEL: '' })
  await chat.open(server.url)
  const banner = page.getByRole('status').filter({ hasText: 'No language model is connected' })
  await expect(banner).toBeVisible()
  await banner.getByText('How to connect').click()
  await expect(banner).toContainText('OPENAI_API_KEY=')
  await chat.ask('hi im bob')
  await expect(await chat.ask('whats my name?')).toContainText('bob')
})

test('VERBOSE=1 prints each prompt to the terminal as it goes out', async ({ chat, startServer }) => {
  const server = await startServer({ VERBOSE: '1' })
  await chat.open(server.url)
  await chat.ask('hi im bob')
  await chat.ask('whats my name?')
  await expect.poll(() => server.output()).toMatch(/Human: hi im bob[\s\S]*Human: whats my name\?/)
  expect(server.output()).toContain('Prompt after formatting:')
})
