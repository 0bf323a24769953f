import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { test } from './fixtures.ts'
import { MemoryPanel } from './pages/memory-panel.ts'
import { SearchDialog } from './pages/search-dialog.ts'
import { SettingsPage } from './pages/settings-page.ts'
import { createPerson } from './security/person.ts'

const save = (url: string, session: string, contents: string[]) =>
  fetch(`${url}/sessions/${encodeURIComponent(session)}/memory`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      messages: contents.map((content, index) => ({ role: index % 2 ? 'AI' : 'Human', content })),
    }),
  }).then(({ status }) => status)

/** Somebody's key for their program, as the settings make it. */
const newKey = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'Notebook' })
    const made = await (await fetch('/api/keys', { method: 'POST', headers, body })).json()
    return made.secret
  })

test('what a program saves with my key shows up beside my chats, live, and I can go on there', async ({
  chat,
  page,
  server,
}) => {
  test.slow()
  await chat.open()
  await chat.ask('hello from the chat')
  const secret = await newKey(page)
  const program = `${server.url}/k/${secret}`

  expect(await save(program, 'notes/1', ['hi im bob', 'Hello Bob!'])).toBe(200)
  await expect(chat.session('hi im bob')).toBeVisible()
  await chat.session('hi im bob').click()
  await expect(chat.questions).toContainText(['hi im bob'])
  await expect(chat.replies).toContainText(['Hello Bob!'])

  await chat.ask('whats my name?')
  const read = await (await fetch(`${program}/sessions/notes%2F1/memory`)).json()
  expect(read.messages.map(({ role }: { role: string }) => role)).toEqual(['AI', 'Human', 'AI', 'Human'])
  expect(read.messages[1].content).toBe('whats my name?')

  await chat.open(page.url())
  await expect(chat.questions).toHaveCount(2)
  const address = page.url().split('/').at(-1)
  await page.evaluate((id) => fetch(`/api/sessions/${id}`, { method: 'DELETE' }), address)
  expect((await (await fetch(`${program}/sessions/notes%2F1/memory`)).json()).messages).toEqual([])
})

test('what my program saves I can see in its memory, live, and search and forget', async ({
  chat,
  page,
  server,
}) => {
  test.slow()
  await chat.open()
  await chat.ask('hello')
  const program = `${server.url}/k/${await newKey(page)}`
  await save(program, 'garden', ['my hedgehog is Mecki', 'A fine name!'])
  await chat.session('my hedgehog is Mecki').click()
  const memory = new MemoryPanel(page)
  await memory.open()
  await expect(memory.audit).toContainText('2 messages: 0 summarised, 2 word for word, 0 lost')
  for (let n = 2; n <= 8; n++) await save(program, 'garden', [`I saw number ${n}`, 'Good.'])
  const summarised = /16 messages: [1-9]\d* summarised, \d+ word for word, 0 lost/
  await expect(memory.audit).toContainText(summarised)
  await expect(memory.fact(/Mecki/)).toBeVisible()

  const search = new SearchDialog(page)
  await page.keyboard.press('ControlOrMeta+k')
  await search.field.fill('hedgehog')
  await search.choose('hedgehog')
  await expect(chat.questions.first()).toContainText('my hedgehog is Mecki')

  await chat.action(chat.questions.first(), 'Forget')
  await page.getByRole('button', { name: 'Forget for good' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(memory.audit).toContainText(/15 messages: .* 0 lost/)
  for (const what of ['memory', 'messages', 'summaries'])
    expect(await (await fetch(`${program}/sessions/garden/${what}`)).text()).not.toContain('Mecki')
})

test('what my program saved is a file that I can take with me', async ({ chat, page, server }) => {
  await chat.open()
  await chat.ask('hello')
  await save(`${server.url}/k/${await newKey(page)}`, 'garden', ['my hedgehog is Mecki', 'A fine name!'])
  const download = page.waitForEvent('download')
  await chat.exportOf('my hedgehog is Mecki', 'As Markdown')
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('my hedgehog is Mecki')
})

test('in a chat of my program my instructions hold for what I ask, and what is different is said', async ({
  chat,
  page,
  server,
  llm,
}) => {
  await chat.open()
  expect(await new SettingsPage(page).patch({ customInstructions: 'Always answer in rhymes.' })).toBe(200)
  const secret = await newKey(page)
  await save(`${server.url}/k/${secret}`, 'poems', ['hi im a poet', 'Hello!'])
  await chat.reload()
  await chat.session('hi im a poet').click()
  await expect(page.getByText('One of your programs writes here')).toBeVisible()
  await chat.ask('what shall I write about?')
  expect(llm.repliesTo('what shall I write about?').at(-1)?.prompt).toContain('Always answer in rhymes.')
  await chat.newChat()
  await expect(page.getByText('One of your programs writes here')).toBeHidden()
})

test('a program is told nothing of my chats by a reply, and what it saves comes back in none of them', async ({
  chat,
  page,
  server,
  llm,
}) => {
  const promptFor = async (question: string) => {
    await chat.ask(question)
    return llm.repliesTo(question).at(-1)?.prompt
  }
  await chat.open()
  await chat.ask('my sister lives in Oslo')
  await save(`${server.url}/k/${await newKey(page)}`, 'travel', ['my brother lives in Bergen', 'Noted.'])
  await chat.reload()
  await chat.session('my brother lives in Bergen').click()
  await expect(chat.questions).toHaveText(/my brother lives in Bergen/)
  expect(await promptFor('where does my sister live now?')).not.toContain('Oslo')
  await chat.newChat()
  expect(await promptFor('where does my brother live?')).not.toContain('Bergen')
  expect(await promptFor('and where does my sister live?')).toContain('Oslo')
})

test('a session of a program is nobody else’s, by whatever address', async ({ server }) => {
  const alice = createPerson(server.url)
  const made = await (await alice.request('/api/keys', { method: 'POST', body: { name: 'mine' } })).json()
  await save(`${server.url}/k/${made.secret}`, 's', ['alice-canary', 'yes'])
  const address = `k.${made.key.id}.${Buffer.from('s').toString('base64url')}`
  expect(await (await alice.request(`/api/sessions/${address}`)).text()).toContain('alice-canary')

  const bob = createPerson(server.url)
  await bob.begin('hello')
  const absent = `k.${'0'.repeat(16)}.${Buffer.from('s').toString('base64url')}`
  for (const path of ['', '/export', '?before=1']) {
    const answers = await Promise.all(
      [address, absent].map(async (id) => {
        const answer = await bob.request(`/api/sessions/${id}${path}`)
        return { status: answer.status, body: await answer.text() }
      }),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.body).not.toContain('alice-canary')
  }
  const key = await bob.request(`/api/keys/${made.key.id}`, { method: 'DELETE' })
  expect(key.status).toBe(404)

  await alice.request(`/api/keys/${made.key.id}`, { method: 'DELETE' })
  expect(await save(`${server.url}/k/${made.secret}`, 's', ['more'])).toBe(401)
  expect(await (await alice.request(`/api/sessions/${address}`)).text()).toContain('alice-canary')
})
