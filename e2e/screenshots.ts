import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { createAppServer } from './app-server.ts'
import { findBrowser } from './browser.ts'
import build from './build.ts'
import { startFakeLlm } from './fake-llm.ts'
import { ChatPage } from './pages/chat-page.ts'

/** The main screens into `docs/`, or, with `npm run screenshots -- FOLDER`, every screen and state, to be looked at. */
const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screens', import.meta.url))
const MAIN = new Set([
  'empty-desktop-light',
  'conversation-phone-dark',
  'memory-desktop-light',
  'search-desktop-dark',
  'settings-desktop-light',
  'drawer-phone-light',
])
const SIZES = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
  ...(process.argv[2] && {
    tablet: { width: 768, height: 1024 },
    laptop: { width: 1024, height: 768 },
    wide: { width: 1920, height: 1080 },
  }),
}

const TRIP = `Here is a plan for three days in Lisbon, Bob:

1. **Alfama** in the morning, the castle before noon
2. **Belém** by the old tram 15, and the tarts
3. The **coast** at Cascais

| day | walk | steps |
|---|---|---|
| Friday | Alfama | 9,000 |
| Saturday | Belém | 12,000 |

\`\`\`js
const budget = days.reduce((sum, day) => sum + day.cost, 0)
\`\`\`

Your flight leaves on *3 May at 9:40*, as you told me.`

build()
mkdirSync(folder, { recursive: true })
const llm = await startFakeLlm()
const server = await createAppServer({
  OPENAI_BASE_URL: llm.baseUrl,
  OPENAI_API_KEY: 'x',
  CHAT_MODEL: 'gpt-5-mini',
  CHAT_PRICE: '0.25/2',
  MOTORHEAD_MAX_WINDOW_SIZE: '4',
})
const offline = await createAppServer({})
await Promise.all([server.start(), offline.start()])
const { executablePath, args, env } = await findBrowser()
const browser = await chromium.launch({
  executablePath,
  args,
  env: { ...(process.env as Record<string, string>), ...env },
})

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      viewport,
      colorScheme,
      reducedMotion: 'reduce',
      hasTouch: size === 'phone',
      isMobile: size === 'phone',
    })
    const page = await context.newPage()
    const chat = new ChatPage(page)
    async function shoot(name: string): Promise<void> {
      const picture = `${name}-${size}-${colorScheme}`
      if (process.argv[2] || MAIN.has(picture)) await page.screenshot({ path: `${folder}/${picture}.png` })
    }

    await chat.open(offline.url)
    await shoot('empty')
    await chat.open(server.url)
    await addPastChats(page, server.url)
    llm.when('I am Bob', {
      say: 'Nice to meet you, Bob. Three days in Lisbon, then: I will keep it in mind.',
    })
    await chat.ask('Hi, I am Bob. My flight to Lisbon leaves on 3 May at 9:40.')
    llm.when('vegetarian', { say: 'Good to know. Lisbon has plenty of both, vegetables and trams.' })
    await chat.ask('I am a vegetarian, and I like old trams.')
    llm.when('three days', { say: TRIP })
    await chat.ask('Plan three days in Lisbon for me')
    await page.request.patch(`${server.url}/api/sessions/${chat.sessionId()}`, {
      headers: { origin: server.url },
      data: { title: 'Three days in Lisbon' },
    })
    await page.reload()
    await chat.replies.last().locator('.hljs-keyword').waitFor()
    await page.mouse.move(0, 0)
    await shoot('conversation')
    await page.getByRole('button', { name: 'Memory', exact: true }).click()
    const memory = page.getByRole('complementary', { name: 'Memory' })
    await memory.getByRole('region', { name: 'Audit' }).waitFor()
    await shoot('memory')
    await page.keyboard.press('Control+Shift+KeyM')
    await memory.waitFor({ state: 'hidden' })
    await chat.replies.last().getByRole('button', { name: 'Receipt' }).click()
    await page.getByRole('button', { name: 'What the model saw' }).click()
    await page.getByRole('dialog', { name: 'What the model saw' }).waitFor()
    await shoot('prompt')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'What the model saw' }).waitFor({ state: 'hidden' })
    await chat.replies.last().scrollIntoViewIfNeeded()
    await shoot('receipt')
    llm.when('a long story', { say: 'Once upon a time there was ', hold: true, rest: 'an end.' })
    await chat.say('tell me a long story')
    await chat.replies.last().getByText('Once upon a time').waitFor()
    await shoot('streaming')
    await chat.stop.click()
    await chat.replies.last().getByText('Stopped.').waitFor()
    llm.when('wrong key', { fail: 401 })
    await chat.ask('a wrong key')
    await shoot('failed')
    await page.keyboard.press('Control+KeyK')
    const search = page.getByRole('dialog', { name: 'Search' })
    await search.waitFor()
    await shoot('palette')
    await search.getByRole('combobox', { name: 'Search' }).fill('lisbon fli')
    await search.locator('mark').first().waitFor()
    await shoot('search')
    await page.keyboard.press('Escape')
    await search.waitFor({ state: 'hidden' })
    if (size !== 'phone') {
      await chat.sessions.getByRole('listitem').first().hover()
      await chat.sessions.getByRole('button', { name: 'Session menu' }).first().click()
      await page.getByRole('menuitem', { name: 'Export' }).click()
      await page.getByRole('menuitem', { name: 'As JSON' }).waitFor()
      await shoot('menu')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+Slash')
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
      await shoot('shortcuts')
      await page.keyboard.press('Escape')
    }
    if (size === 'phone') {
      await page.getByRole('button', { name: 'Toggle sidebar' }).click()
      await chat.sessions.waitFor()
      await shoot('drawer')
    }
    await page.goto(`${server.url}/settings`)
    await page.getByRole('button', { name: 'Export everything' }).waitFor()
    await shoot('settings')
    const usage = page.getByRole('region', { name: 'Usage' })
    await usage.getByRole('table').waitFor()
    await usage.evaluate((section) => section.scrollIntoView())
    await shoot('settings-usage')
    await page.getByRole('button', { name: 'Export everything' }).scrollIntoViewIfNeeded()
    await page.getByRole('textbox', { name: 'Name of the key' }).fill('my notebook')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('LangChain for Python').waitFor()
    await shoot('settings-keys')
    await chat.open(`${server.url}/?temporary`)
    await shoot('temporary')
    await page.goto(`${server.url}/s/${crypto.randomUUID()}`)
    await shoot('not-found')
    await context.close()
  }
}
await browser.close()
await Promise.all([server.dispose(), offline.dispose()])
await llm.close()

/** A sidebar as it is after some weeks. */
async function addPastChats(page: Page, origin: string): Promise<void> {
  const past: [title: string, daysAgo: number][] = [
    ['Reading list for the winter', 40],
    ['Rust lifetimes, once more', 20],
    ['Birthday ideas for Ann', 9],
    ['Why the build is slow', 4],
    ['A sourdough that works', 2],
    ['Letter to the landlord', 1],
  ]
  const sessions = past.map(([title, daysAgo]) => {
    const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString()
    const id = crypto.randomUUID()
    const message = { id, parentId: null, role: 'user', text: title, createdAt: at }
    const pinned = title.startsWith('Reading')
    return { id, title, pinned, headId: id, createdAt: at, updatedAt: at, messages: [message] }
  })
  const data = { format: 'motorhead-chat', version: 1, exportedAt: new Date().toISOString(), sessions }
  await page.request.post(`${origin}/api/import`, { headers: { origin }, data })
}
