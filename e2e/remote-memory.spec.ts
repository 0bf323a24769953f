import { expect } from '@playwright/test'
import { type Original, startOriginal } from '../lib/memory/remote/original.fake.ts'
import { test as base } from './fixtures.ts'

/** An existing Motörhead as the memory of the chat: the stand-in for an original, and another server of ours. */

const test = base.extend<{ original: Original }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  original: async ({}, use) => {
    const original = await startOriginal()
    await use(original)
    await original.close()
  },
})

const KEY = 'chat-key-0123456789abcdef'

test('a Motörhead elsewhere gets what is said, and gives its window and context to the next reply', async ({
  chat,
  llm,
  original,
  startServer,
}) => {
  const server = await startServer({ MOTORHEAD_URL: original.url, METAL_API_KEY: KEY })
  await chat.open(server.url)
  await chat.ask('hello, remote one')
  const id = chat.sessionId()
  await expect.poll(() => original.contents(id)).toEqual(['hello, remote one', 'That is noted.'])
  expect(original.session(id).list.at(-1)?.role).toBe('Human')
  expect(original.headers[0]).toMatchObject({ 'x-metal-api-key': KEY })
  // What another program has made of it there is what the next reply sees.
  original.session(id).context = 'The user said: my name is Zelda.'
  original.session(id).list.unshift({ role: 'Human', content: 'from another program' })
  const panel = chat.page.getByRole('complementary', { name: 'Memory' })
  await chat.page.getByRole('button', { name: 'Memory', exact: true }).click()
  const context = panel.getByText('What it holds as the context')
  // A reply waits for it for a second and a half, and so does a look at it: whoever asks again is given it.
  await expect(async () => {
    await expect(await chat.ask('whats my name?')).toContainText('Zelda', { timeout: 1000 })
    await expect(context).toBeVisible({ timeout: 5000 })
  }).toPass({ timeout: 120_000 })
  const prompt = llm.repliesTo('whats my name?').at(-1)?.prompt ?? ''
  expect(prompt).toContain('The user said: my name is Zelda.')
  expect(prompt).toContain('from another program')
  expect(prompt).not.toContain(KEY)
  await expect(panel).toContainText(
    `The Motörhead at ${new URL(original.url).host} is the memory of this chat`,
  )
  await expect(panel).toContainText('keeps no versions of edited messages')
  await context.click()
  await expect(panel.getByText('The user said: my name is Zelda.')).toBeVisible()
  // Refused is only what is said from here on.
  await expect.poll(() => original.contents(id).at(-1)).toBe('Your name is Zelda.')
  original.mood = 'refuses'
  await chat.ask('do you take this?')
  await expect(panel).toContainText('2 messages are kept here only: it did not take them.')
  original.mood = 'down'
  await chat.ask('are you there?')
  await expect(panel.getByRole('status').filter({ hasText: 'does not answer' })).toContainText(
    'Replies are given the copy here, and what is missing there is saved as soon as it answers.',
  )
})

test('the chat goes on while it is down, and saves there later: in order, once, also after a crash', async ({
  chat,
  original,
  startServer,
}) => {
  test.slow()
  const server = await startServer({ MOTORHEAD_URL: original.url })
  await chat.open(server.url)
  await chat.ask('hi im bob')
  const id = chat.sessionId()
  await expect.poll(() => original.contents(id)).toHaveLength(2)
  original.mood = 'down'
  await expect(await chat.ask('whats my name?')).toContainText('Bob')
  await server.kill()
  original.mood = 'well'
  await server.start()
  await expect
    .poll(() => original.contents(id), { timeout: 60_000 })
    .toEqual(['hi im bob', 'That is noted.', 'whats my name?', 'Your name is Bob.'])
})

test('a server of ours can be the memory of another one', async ({ chat, startServer }) => {
  const memory = await startServer({ MOTORHEAD_KEYS: `chat:${KEY}` })
  const server = await startServer({ MOTORHEAD_URL: `${memory.url}/k/${KEY}` })
  await chat.open(server.url)
  await chat.ask('hi im bob')
  await expect(await chat.ask('whats my name?')).toContainText('Bob')
  const log = `${memory.url}/k/${KEY}/sessions/${chat.sessionId()}/messages`
  await expect
    .poll(async () => {
      const { messages } = (await (await fetch(log)).json()) as {
        messages: { role: string; content: string }[]
      }
      return messages.map(({ role, content }) => `${role}: ${content}`)
    })
    .toEqual(['Human: hi im bob', 'AI: That is noted.', 'Human: whats my name?', 'AI: Your name is Bob.'])
  expect(server.output()).not.toContain(KEY)
})
