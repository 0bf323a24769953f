import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { SettingsPage } from './pages/settings-page.ts'

const at = 1_700_000_000

/** As ChatGPT writes it: an answer was written anew, and the second one shown. */
const chatgpt = [
  {
    title: 'A trip to Porto',
    conversation_id: 'c-1',
    create_time: at,
    update_time: at + 100,
    current_node: 'new',
    mapping: {
      root: { id: 'root', message: null, parent: null, children: ['ask'] },
      ask: node('ask', 'user', 'Where shall I stay in Porto?', 'root', ['old', 'new']),
      old: node('old', 'assistant', 'In Ribeira.', 'ask', []),
      new: node('new', 'assistant', 'In **Cedofeita**.', 'ask', []),
    },
  },
]

function node(id: string, role: string, text: string, parent: string, children: string[]) {
  const content = { content_type: 'text', parts: [text] }
  return { id, message: { id, author: { role }, create_time: at, content }, parent, children }
}

const claude = [
  {
    uuid: 'a2c1',
    name: 'Sourdough',
    created_at: '2025-03-01T10:00:00.000000Z',
    updated_at: '2025-03-01T10:05:00.000000Z',
    account: { uuid: 'x' },
    chat_messages: [
      said('m1', 'human', 'How wet should a dough be?'),
      said('m2', 'assistant', 'About 70 % water.'),
    ],
  },
]

function said(uuid: string, sender: string, text: string) {
  return { uuid, sender, text, content: [{ type: 'text', text }], created_at: '2025-03-01T10:00:00Z' }
}

test('[A25] a ChatGPT export comes in with its versions, and twice is once', async ({ chat, page }) => {
  const settings = new SettingsPage(page)
  const status = page.getByRole('status')
  await settings.open()
  await settings.file.setInputFiles(jsonFile('conversations.json', chatgpt))
  await expect(status.filter({ hasText: 'From ChatGPT: 1 chat added (3 messages).' })).toBeVisible()
  await settings.file.setInputFiles(jsonFile('conversations.json', chatgpt))
  await expect(status.filter({ hasText: '1 already here (0 messages)' })).toBeVisible()
  await expect(chat.session('A trip to Porto')).toHaveCount(1)
  await expect(chat.sessions.getByRole('region', { name: 'November 2023' })).toBeVisible()
  await chat.session('A trip to Porto').click()
  await expect(chat.questions).toHaveText(/Where shall I stay in Porto/)
  await expect(chat.replies).toContainText('Cedofeita')
  await expect(chat.replies).toContainText('2/2')
  await chat.action(chat.replies.first(), 'Previous version')
  await expect(chat.replies).toContainText('Ribeira')
  await chat.ask('and how long?')
})

test('[A25] a Claude export comes in, and is remembered', async ({ chat, page, llm }) => {
  const settings = new SettingsPage(page)
  await settings.open()
  await settings.file.setInputFiles(jsonFile('conversations.json', claude))
  await expect(page.getByRole('status').filter({ hasText: 'From Claude: 1 chat added' })).toBeVisible()
  await expect(chat.session('Sourdough')).toBeVisible()
  await chat.newChat()
  await chat.ask('how much water for the dough?')
  expect(llm.repliesTo('how much water').at(-1)?.prompt).toContain('70 %')
})

test('[A25] a file that is none is refused with a sentence, and of a damaged one all that can be read comes in', async ({
  chat,
  page,
}) => {
  const settings = new SettingsPage(page)
  await settings.open()
  const alert = page.getByRole('alert')
  await settings.file.setInputFiles(jsonFile('holiday.json', { pictures: [] }))
  await expect(alert.filter({ hasText: 'no export that can be read' })).toBeVisible()
  const broken = [...chatgpt, { title: 'broken', mapping: 'none' }]
  await settings.file.setInputFiles(jsonFile('conversations.json', broken))
  const status = page.getByRole('status')
  await expect(status.filter({ hasText: '1 chat added' })).toContainText(
    '1 chat could not be read and was left out',
  )
  await expect(chat.session('A trip to Porto')).toHaveCount(1)
  await settings.file.setInputFiles({
    name: 'export.zip',
    mimeType: 'application/zip',
    buffer: Buffer.from('PK\x03\x04 not really'),
  })
  await expect(alert.filter({ hasText: 'The zip file is damaged' })).toBeVisible()
})

/** More than one request takes: 600 chats of ten long messages each. */
const large = Array.from({ length: 600 }, (_, n) => ({
  uuid: `large-${n}`,
  name: `Chat ${n}`,
  created_at: '2025-03-01T10:00:00Z',
  chat_messages: Array.from({ length: 10 }, (_, m) =>
    said(
      `${n}-${m}`,
      m % 2 === 0 ? 'human' : 'assistant',
      `message ${m} of chat ${n}: ${'words '.repeat(60)}`,
    ),
  ),
}))

test('[A25] while a large export comes in, chats go on; cut short, the same file brings in the rest', async ({
  chat,
  page,
  openTab,
}) => {
  test.slow()
  await chat.open()
  await chat.ask('I was here before')
  const settings = new SettingsPage(page)
  await settings.open()
  const held = Promise.withResolvers<void>()
  let requests = 0
  await page.route('**/api/import', async (route) => {
    requests++
    if (requests === 2) await held.promise
    await (requests === 3 ? route.abort() : route.continue())
  })
  await settings.file.setInputFiles(jsonFile('conversations.json', large))
  const bar = page.getByRole('progressbar', { name: 'Import' })
  await expect(bar).toBeVisible()
  await test.step('in the middle of it a turn in another tab gets its reply', async () => {
    const tab = await openTab()
    await tab.ask('are you busy?')
    await expect(bar).toBeVisible()
    held.resolve()
  })
  await expect(page.getByRole('alert').filter({ hasText: 'choose it again to go on' })).toBeVisible()
  await expect(bar).toBeHidden()
  await settings.file.setInputFiles(jsonFile('conversations.json', large))
  const status = page.getByRole('status').filter({ hasText: 'From Claude' })
  const whole = { timeout: 60_000 }
  await expect(status).toContainText(/[1-9]\d* chats added, [1-9]\d* already here/, whole)
  await settings.file.setInputFiles(jsonFile('conversations.json', large))
  await expect(status).toContainText('From Claude: 600 already here (0 messages).', whole)
})

const jsonFile = (name: string, content: unknown) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify(content)),
})
