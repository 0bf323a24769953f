import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { test } from './fixtures.ts'
import { MemoryPanel } from './pages/memory-panel.ts'
import { SearchDialog } from './pages/search-dialog.ts'
import { SettingsPage } from './pages/settings-page.ts'

async function findings(page: Page): Promise<string[]> {
  // In the page alone: Playwright opens no second one beside it in an installed Firefox.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    // What fades in has less contrast on its way: a slow machine would be looked at in the middle of it.
    test.use({ colorScheme, reducedMotion: 'reduce' })

    test('[A47] axe finds nothing serious on the empty chat, a conversation, an editor, a menu and a failure', async ({
      chat,
      page,
      llm,
    }) => {
      test.slow()
      await chat.open()
      await expect(page.locator('html')).toHaveClass(new RegExp(colorScheme))
      expect(await findings(page)).toEqual([])
      llm.when('rich', {
        say: '## Heading\n\n- item\n\n[link](https://example.org)\n\n```js\nlet a = "b" // c\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n> quote',
      })
      await chat.ask('rich')
      await expect(chat.replies.last().locator('.hljs-keyword')).toBeVisible()
      expect(await findings(page)).toEqual([])
      llm.when('broken', { fail: 401 })
      await chat.ask('broken')
      expect(await findings(page)).toEqual([])
      llm.when('cut off', { say: 'some words ', hold: true })
      await chat.say('cut off')
      await expect(chat.replies.last()).toContainText('some words')
      expect(await findings(page)).toEqual([])
      await chat.stop.click()
      await expect(chat.replies.last()).toContainText('Stopped.')
      await chat.action(chat.questions.first(), 'Edit')
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await chat.sessions.getByRole('listitem').first().hover()
      await page.getByRole('button', { name: 'Session menu' }).first().click()
      await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('[A47] axe finds nothing serious on the settings, the search, the shortcuts and a temporary chat', async ({
      chat,
      page,
    }) => {
      test.slow()
      await chat.open()
      await chat.ask('something about hedgehogs')
      const search = new SearchDialog(page)
      await page.keyboard.press('ControlOrMeta+KeyK')
      await expect(search.field).toBeFocused()
      expect(await findings(page)).toEqual([])
      await search.field.fill('hedgehog')
      await expect(search.dialog.locator('mark')).toHaveCount(1)
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.keyboard.press('ControlOrMeta+Slash')
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await new SettingsPage(page).open()
      await page.getByRole('textbox', { name: 'Name of the key' }).fill('a key')
      await page.getByRole('button', { name: 'Create key' }).click()
      await page.getByRole('button', { name: 'Delete everything…' }).click()
      await expect(page.getByText('LangChain for Python')).toBeVisible()
      expect(await findings(page)).toEqual([])
      await chat.open('/?temporary')
      await chat.ask('between us')
      expect(await findings(page)).toEqual([])
    })

    test('[A47] axe finds nothing serious on the memory, a receipt, the prompt and a forget', async ({
      chat,
      page,
      llm,
    }) => {
      test.slow()
      const memory = new MemoryPanel(page)
      await chat.open()
      await memory.open({ empty: true })
      expect(await findings(page)).toEqual([])
      await chat.talk('my number is 111')
      await expect(memory.versions).toBeVisible()
      await memory.fact(/111/).first().click()
      await expect(memory.summary).toContainText('Given to these replies')
      await memory.versions.getByRole('button').first().click()
      await expect(memory.versions.getByRole('list', { name: 'Changes' })).toBeVisible()
      expect(await findings(page)).toEqual([])
      await memory.summary.getByRole('button', { name: 'Edit summary' }).click()
      expect(await findings(page)).toEqual([])
      await memory.summary.getByRole('button', { name: 'Cancel' }).click()
      llm.summariesFail = true
      try {
        await memory.summary.getByRole('button', { name: 'Rebuild' }).click()
        await expect(memory.status).toContainText('The summariser fails')
        expect(await findings(page)).toEqual([])
      } finally {
        llm.summariesFail = false
      }
      await chat.action(chat.replies.last(), 'Receipt')
      await page.getByRole('button', { name: 'What the model saw' }).click()
      await expect(page.getByRole('dialog')).toContainText('character for character')
      expect(await findings(page)).toEqual([])
      await page.keyboard.press('Escape')
      await chat.action(chat.questions.last(), 'Forget')
      await expect(page.getByRole('button', { name: 'Forget for good' })).toBeEnabled()
      expect(await findings(page)).toEqual([])
    })

    test('[A47] axe finds nothing serious where there is no chat', async ({ page }) => {
      await page.setViewportSize({ width: 390, height: 844 })
      await page.goto(`/s/${crypto.randomUUID()}`)
      await expect(page.getByRole('heading', { name: 'There is no such chat' })).toBeVisible()
      expect(await findings(page)).toEqual([])
    })

    test('[A47] axe finds nothing serious on a phone with its drawer', async ({ chat, page }) => {
      await page.setViewportSize({ width: 390, height: 844 })
      await chat.open()
      await page.getByRole('button', { name: 'Toggle sidebar' }).click()
      await expect(chat.sessions).toBeVisible()
      expect(await findings(page)).toEqual([])
    })
  })
}

test('[A49] the conversation is busy while a reply is written, and its end is told once', async ({
  chat,
  llm,
  page,
}) => {
  llm.when('quietly', { say: 'word by word ', hold: true, rest: 'done' })
  await chat.open()
  await chat.say('quietly')
  await expect(chat.log).toHaveAttribute('aria-busy', 'true')
  llm.release('quietly')
  await chat.settled()
  await expect(page.getByRole('status').filter({ hasText: 'Reply finished.' })).toHaveCount(1)
})
