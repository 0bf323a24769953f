import { expect, type Locator, type Page } from '@playwright/test'
import { test } from './fixtures.ts'
import type { ChatPage } from './pages/chat-page.ts'

type Part = {
  name: string
  button: (chat: ChatPage, page: Page) => Locator
  shown: (chat: ChatPage, page: Page) => Locator
  /** Has code of its own, and must be there first. */
  within?: Part
  phone?: true
}

const receipt: Part = {
  name: 'a receipt',
  button: ({ replies }) => replies.getByRole('button', { name: 'Receipt' }),
  shown: (_, page) => page.getByRole('region', { name: 'Receipt' }),
}
const PARTS: Part[] = [
  receipt,
  {
    name: 'what the model saw',
    button: (_, page) => page.getByRole('button', { name: 'What the model saw' }),
    shown: (_, page) => page.getByRole('dialog', { name: 'What the model saw' }),
    within: receipt,
  },
  {
    name: 'a forget',
    button: ({ replies }) => replies.getByRole('button', { name: 'Forget' }),
    shown: (_, page) => page.getByRole('dialog', { name: /Forget/ }),
  },
  {
    name: 'the memory',
    button: (_, page) => page.getByRole('button', { name: 'Memory', exact: true }),
    shown: (_, page) => page.getByRole('complementary', { name: 'Memory' }),
  },
  {
    name: 'the search',
    button: ({ sessions }) => sessions.getByRole('button', { name: 'Search' }),
    shown: (_, page) => page.getByRole('dialog', { name: 'Search' }),
  },
  {
    name: 'the menu of a session',
    button: ({ sessions }) => sessions.getByRole('button', { name: 'Session menu' }).first(),
    shown: (_, page) => page.getByRole('menu'),
  },
  {
    name: 'the drawer of a phone',
    button: (_, page) => page.getByRole('button', { name: 'Toggle sidebar' }),
    shown: ({ sessions }) => sessions,
    phone: true,
  },
]

/** Code is fetched when it is needed: not while somebody is offline, and an older build's no more after a new one. */
const CODE = '**/_next/static/chunks/**'

for (const { name, button, shown, within, phone } of PARTS) {
  test(`${name} that cannot be loaded says so, leaves the chat as it is, and opens at the next try`, async ({
    chat,
    page,
  }) => {
    if (phone) await page.setViewportSize({ width: 390, height: 844 })
    await chat.open()
    const reply = await chat.ask('the harp is golden')
    await expect(page.getByRole('region', { name: /Notifications/ })).toBeAttached()
    if (within) await within.button(chat, page).click()
    await page.route(CODE, (route) => route.abort('internetdisconnected'))
    await button(chat, page).click()
    await expect(page.getByText('This could not be loaded.')).toBeVisible()
    await expect(reply).toContainText('That is noted.')
    await expect(button(chat, page)).not.toHaveAttribute('aria-expanded', 'true')

    await page.unroute(CODE)
    await button(chat, page).click()
    await expect(shown(chat, page)).toBeVisible()
  })
}
