import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import { MemoryPanel } from './pages/memory-panel.ts'

const UPRIGHT = { width: 390, height: 844 }
const ON_ITS_SIDE = { width: 844, height: 390 }

test('[A45] on a phone the memory covers the screen, and back closes it', async ({ chat, page }) => {
  await page.setViewportSize(UPRIGHT)
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.talk('my ladder is red')
  const address = page.url()
  await memory.open()
  await expect(memory.panel).toHaveCSS('width', '390px')
  await page.goBack()
  await expect(memory.panel).toBeHidden()
  expect(page.url()).toBe(address)
  await memory.open()
  await memory.fact(/ladder/).click()
  await memory.summary.getByRole('button', { name: /Go to the message:.* my ladder/ }).click()
  await expect(memory.panel).toBeHidden()
  await expect(chat.questions.first()).toBeInViewport()
})

test('[A45] a phone that is turned on its side has the chat beside the memory again', async ({
  chat,
  page,
}) => {
  await page.setViewportSize(UPRIGHT)
  const memory = new MemoryPanel(page)
  await page.goto('/settings')
  await chat.open()
  await chat.ask('my ladder is red')
  await memory.open()
  await page.setViewportSize(ON_ITS_SIDE)
  await chat.composer.focus()
  await expect(chat.composer).toBeFocused()
  await page.getByRole('button', { name: 'Close memory' }).click()
  await expect(memory.panel).toBeHidden()
  // The step of a covered screen went with it.
  await page.goBack()
  await expect(page).toHaveURL(/settings$/)
})

test('[A45] a memory that covers the screen since the phone was turned upright closes by back', async ({
  chat,
  page,
}) => {
  await page.setViewportSize(ON_ITS_SIDE)
  const memory = new MemoryPanel(page)
  await chat.open()
  await chat.ask('my ladder is red')
  const address = page.url()
  await memory.open()
  await chat.composer.focus()
  await page.setViewportSize(UPRIGHT)
  await expect(memory.panel).toBeFocused()
  await page.goBack()
  await expect(memory.panel).toBeHidden()
  expect(page.url()).toBe(address)
  await chat.composer.focus()
  await expect(chat.composer).toBeFocused()
})
