import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { createAppServer } from './app-server.ts'
import { findBrowser } from './browser.ts'
import build from './build.ts'
import { startFakeLlm } from './fake-llm.ts'
import { ChatPage } from './pages/chat-page.ts'

/** Pictures of the main screens, for the README and for looking at; `npm run screenshots -- FOLDER`. */
const folder = process.argv[2] ?? fileURLToPath(new URL('../docs', import.meta.url))
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

const TRIP = `Here is a plan for three days in Lisbon, Bob:

1. **Alfama** in the morning, the castle before noon
2. **Belém** by tram, and the tarts
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
  CHAT_MODEL: 'fake',
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
    const shoot = (name: string) => page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png` })

    await chat.open(offline.url)
    await shoot('empty')
    await chat.open(server.url)
    await chat.ask('hi im bob')
    await chat.ask('whats my name?')
    llm.when('three days', { say: TRIP })
    await chat.ask('plan three days in Lisbon for me, and remember my flight: 3 May at 9:40')
    await page.mouse.move(0, 0)
    await shoot('conversation')
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
    if (size === 'desktop') {
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
