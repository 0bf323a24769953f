import { expect } from '@playwright/test'
import { test } from './fixtures.ts'

test('[A40] Enter that composes a character does not send', async ({ chat }) => {
  await chat.open()
  await chat.composer.fill('にほん')
  for (const event of [
    { key: 'Enter', isComposing: true, bubbles: true },
    { key: 'Enter', keyCode: 229, bubbles: true },
  ]) {
    await chat.composer.dispatchEvent('keydown', event)
  }
  await expect(chat.composer).toHaveValue('にほん')
  await expect(chat.questions).toHaveCount(0)
  await chat.composer.press('Enter')
  await expect(chat.questions).toHaveCount(1)
})

test('[A42] scrolling up unpins at once, a button returns, sending pins, switching jumps', async ({
  chat,
  llm,
  page,
}) => {
  const tall = Array.from({ length: 60 }, (_, n) => `Paragraph number ${n}.`).join('\n\n')
  await chat.open()
  llm.when('something tall', { say: tall })
  await chat.ask('something tall')
  const atEnd = () =>
    chat.log.evaluate((log) => {
      let box: HTMLElement | null = log as HTMLElement
      while (box && box.scrollHeight - box.clientHeight < 10) box = box.parentElement
      while (box && getComputedStyle(box).overflowY === 'visible') box = box.parentElement
      return box ? box.scrollHeight - box.clientHeight - box.scrollTop < 40 : false
    })
  await expect.poll(atEnd).toBe(true)

  llm.when('while I read', { say: tall, hold: true, rest: tall })
  await chat.say('while I read')
  await expect(chat.replies).toHaveCount(2)
  await expect(chat.replies.last()).toContainText('Paragraph number 59.')
  await expect.poll(atEnd).toBe(true)
  await chat.log.hover()
  await page.mouse.wheel(0, -900)
  const toEnd = page.getByRole('button', { name: 'Scroll to the end' })
  await expect(toEnd).toBeVisible()
  llm.release('while I read')
  await chat.settled()
  expect(await atEnd()).toBe(false)
  await toEnd.click()
  await expect.poll(atEnd).toBe(true)
  await expect(toEnd).toBeHidden()

  await chat.log.hover()
  await page.mouse.wheel(0, -900)
  await expect(toEnd).toBeVisible()
  await chat.say('pin me again')
  await expect.poll(atEnd).toBe(true)
  await chat.reload()
  await expect.poll(atEnd).toBe(true)

  const address = new URL(page.url()).pathname
  await chat.newChat()
  await page.evaluate(() => {
    // How far from the end each painted frame is that shows the session.
    const gaps: number[] = []
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      const last = [...document.querySelectorAll('[role=log] article')].at(-1)
      if (last) gaps.push(last.getBoundingClientRect().bottom - innerHeight)
      requestAnimationFrame(() => port2.postMessage(null))
    }
    port2.postMessage(null)
    Object.assign(window, { gaps })
  })
  await chat.sessions.locator(`a[href="${address}"]`).click()
  await expect(chat.questions.last()).toContainText('pin me again')
  await expect.poll(atEnd).toBe(true)
  expect(
    Math.max(...(await page.evaluate(() => (window as unknown as { gaps: number[] }).gaps))),
  ).toBeLessThan(0)
})

test('a message beyond the limit is refused with its numbers, before it is sent', async ({ chat, page }) => {
  await chat.open()
  await chat.composer.fill(`${'word '.repeat(20_000)}!`)
  await expect(page.getByRole('alert').filter({ hasText: '100,001' })).toBeVisible()
  await expect(chat.send).toBeDisabled()
})

test('a suggestion fills the composer and sends nothing', async ({ chat, page, llm }) => {
  await chat.open()
  const before = llm.repliesTo('').length
  await page.getByRole('button', { name: /Tell it your name/ }).click()
  await expect(chat.composer).toHaveValue(/my name is/)
  await expect(chat.composer).toBeFocused()
  expect(llm.repliesTo('')).toHaveLength(before)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('[A45] the sessions are in a drawer that Back closes, and nothing scrolls sideways', async ({
    chat,
    page,
    llm,
  }) => {
    llm.when('wide things', {
      say: `\`\`\`\n${'wide '.repeat(80)}\n\`\`\`\n\n${'|a'.repeat(30)}|\n${'|-'.repeat(30)}|\n${'|long cell'.repeat(30)}|\n\n${'x'.repeat(300)}`,
    })
    await chat.open()
    await chat.ask('wide things')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await page.getByRole('button', { name: 'Toggle sidebar' }).click()
    await expect(chat.sessions.getByRole('link', { name: /wide things|A fake title/ })).toBeVisible()
    await page.goBack()
    await expect(chat.sessions).toBeHidden()
    await expect(chat.questions).toHaveCount(1)
    await page.getByRole('button', { name: 'Toggle sidebar' }).click()
    await chat.sessions.getByRole('link', { name: 'New chat' }).click()
    await expect(page.getByRole('heading', { name: 'A chat that remembers' })).toBeVisible()
    await expect(chat.sessions).toBeHidden()
    expect(
      await chat.composer.evaluate((field) => Number.parseFloat(getComputedStyle(field).fontSize)),
    ).toBeGreaterThanOrEqual(16)
  })

  test('[A45] a drawer that is open when the phone is turned on its side makes way for the column', async ({
    chat,
    page,
  }) => {
    await chat.open()
    await chat.ask('a question')
    const address = page.url()
    await page.getByRole('button', { name: 'Toggle sidebar' }).click()
    await expect(page.getByRole('button', { name: 'Close sidebar' })).toBeVisible()
    await page.setViewportSize({ width: 844, height: 390 })
    await expect(page.getByRole('button', { name: 'Close sidebar' })).toBeHidden()
    await chat.ask('and another')
    await expect(page).toHaveURL(address)
  })

  test('a chat that is deleted in the drawer is brought back there, and with the open one goes the drawer', async ({
    chat,
    page,
  }) => {
    await chat.open()
    await chat.ask('to be deleted')
    const address = page.url()
    const title = /to be deleted|A fake title/
    const toggle = page.getByRole('button', { name: 'Toggle sidebar' })
    const close = page.getByRole('button', { name: 'Close sidebar' })
    const undo = page.getByRole('button', { name: 'Undo' })
    await chat.open()
    await toggle.click()
    await chat.menuOf(title, 'Delete')
    await undo.click()
    await expect(chat.session(title)).toBeVisible()
    await expect(close).toBeVisible()
    await chat.session(title).click()
    await expect(chat.questions).toContainText('to be deleted')
    await toggle.click()
    await chat.menuOf(title, 'Delete')
    await expect(page).toHaveURL(/\/$/)
    await expect(close).toBeHidden()
    await undo.click()
    await expect(page).toHaveURL(address)
    await expect(chat.questions).toContainText('to be deleted')
  })

  test('Escape in the field of a title leaves the drawer open', async ({ chat, page }) => {
    await chat.open()
    await chat.ask('a question')
    await page.getByRole('button', { name: 'Toggle sidebar' }).click()
    await chat.menuOf(/a question|A fake title/, 'Rename')
    const title = page.getByRole('textbox', { name: 'Title' })
    await title.fill('not kept')
    await title.press('Escape')
    await expect(title).toBeHidden()
    await expect(chat.sessions.getByRole('link', { name: /a question|A fake title/ })).toBeVisible()
    await expect(chat.sessions).not.toContainText('not kept')
  })
})
