import { expect, type Page } from '@playwright/test'
import { test } from './fixtures.ts'
import { SettingsPage } from './pages/settings-page.ts'

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth)

test('[A46] with less motion wished for, nothing moves by itself', async ({ chat, page, llm }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  llm.when('keep me waiting', { say: '', hold: true, rest: 'here' })
  await chat.open()
  await chat.say('keep me waiting')
  await expect(chat.replies.last().getByText('Thinking…')).toBeVisible()
  const longest = await page.evaluate(() => {
    const elements = [...document.querySelectorAll('*')]
    const seconds = elements.flatMap((element) => {
      const { animationDuration, transitionDuration } = getComputedStyle(element)
      return `${animationDuration}, ${transitionDuration}`.split(', ').map(Number.parseFloat)
    })
    return Math.max(...seconds)
  })
  expect(longest).toBeLessThan(0.001)
  llm.release('keep me waiting')
  await chat.settled()
})

test('at 200 % zoom everything is there, and nothing scrolls sideways', async ({ chat, page }) => {
  // 1280 by 720 at 200 % is a page of half that size.
  await page.setViewportSize({ width: 640, height: 360 })
  await chat.open()
  await chat.ask('a question at twice the size')
  await expect(chat.composer).toBeInViewport()
  await expect(chat.send).toBeInViewport()
  expect(await widthOf(page)).toBeLessThanOrEqual(640)
  const settings = new SettingsPage(page)
  await settings.open()
  expect(await widthOf(page)).toBeLessThanOrEqual(640)
  await page.getByRole('button', { name: 'Export everything' }).scrollIntoViewIfNeeded()
  await expect(page.getByRole('button', { name: 'Export everything' })).toBeInViewport()
})

test('only what has a scrollbar scrolls: the frame stays where it is, whatever is brought into view', async ({
  chat,
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 640 })
  const moved = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('html, body, body *')]
        .filter(
          (element) => element.scrollTop > 0 && !/auto|scroll/.test(getComputedStyle(element).overflowY),
        )
        .map(({ tagName, className }) => `${tagName} ${className}`),
    )
  const endOf = (what: string) =>
    page.evaluate((css) => [...document.querySelectorAll(css)].at(-1)?.scrollIntoView(), what)
  await chat.open()
  for (let n = 1; n <= 3; n++) await chat.ask(`question ${n}\n\n\nof\n\n\nmany\n\n\nlines`)
  await endOf('[role=log] article *')
  expect(await moved()).toEqual([])
  await new SettingsPage(page).open()
  await endOf('main section *')
  expect(await moved()).toEqual([])
  await expect(page.getByRole('button', { name: 'Toggle sidebar' }).first()).toBeInViewport()
})

test('in forced colours what is on, chosen or focused still shows', async ({ chat, page }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  const settings = new SettingsPage(page)
  await settings.open()
  const knob = () =>
    settings.toggle('Use memory').evaluate((element) => getComputedStyle(element, '::after').backgroundColor)
  const on = await knob()
  await settings.turn('Use memory', false)
  expect(await knob()).not.toBe(on)
  await chat.open()
  await expect(chat.composer).toBeFocused()
  const outline = await chat.composer.evaluate((field) => {
    const frame = field.parentElement as HTMLElement
    return [field, frame].map((each) => getComputedStyle(each).outlineStyle)
  })
  expect(outline).toContain('solid')
})

test('text from right to left runs so, message by message', async ({ chat, page, llm }) => {
  llm.when('שלום', { say: 'שלום! **מה** שלומך?\n\n- אחד\n- שניים\n\n```js\nlet a = 1\n```' })
  await chat.open()
  await chat.composer.fill('שלום, מה נשמע?')
  await expect(chat.composer).toHaveAttribute('dir', 'rtl')
  await chat.composer.press('Enter')
  await expect(chat.replies.last()).toContainText('שלומך')
  await chat.settled()
  const direction = (selector: string) =>
    chat.log
      .locator(selector)
      .last()
      .evaluate((element) => getComputedStyle(element).direction)
  expect(await direction('article[aria-label=You] [dir]')).toBe('rtl')
  expect(await direction('article[aria-label=Assistant] p')).toBe('rtl')
  expect(await direction('article[aria-label=Assistant] li')).toBe('rtl')
  expect(await direction('article[aria-label=Assistant] pre')).toBe('ltr')
  await chat.ask('and in English again')
  expect(await direction('article[aria-label=You] [dir]')).toBe('ltr')
  expect(await widthOf(page)).toBeLessThanOrEqual(1440)
})

test('the chat installs as an app: a manifest with icons that are there', async ({ page, chat }) => {
  await chat.open()
  const address = await page.locator('link[rel=manifest]').getAttribute('href')
  const manifest = await (await page.request.get(address ?? '')).json()
  expect(manifest).toMatchObject({ name: 'motorhead-chat', display: 'standalone', start_url: '/' })
  for (const { src, sizes } of manifest.icons) {
    const picture = await page.request.get(src)
    expect(picture.headers()['content-type'], src).toBe('image/png')
    // Width and height stand in the header of a PNG.
    expect((await picture.body()).readUInt32BE(16), src).toBe(Number.parseInt(sizes, 10))
  }
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('[A45] the page can be zoomed, makes room for the keyboard, and no field makes the phone zoom in', async ({
    chat,
    page,
  }) => {
    await chat.open()
    const viewport = await page.locator('meta[name=viewport]').getAttribute('content')
    expect(viewport).toContain('interactive-widget=resizes-content')
    expect(viewport).not.toMatch(/user-scalable=no|maximum-scale/)
    await expect(chat.composer).not.toBeFocused()
    // As when the keyboard takes the lower half.
    await page.setViewportSize({ width: 390, height: 440 })
    await expect(chat.composer).toBeInViewport()
    await page.setViewportSize({ width: 390, height: 844 })

    const settings = new SettingsPage(page)
    await settings.open()
    expect(await widthOf(page)).toBeLessThanOrEqual(390)
    const small = await page
      .locator('input:not([type=checkbox], [type=radio], [type=file]), textarea, select')
      .evaluateAll(
        (fields) => fields.filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16).length,
      )
    expect(small).toBe(0)
  })
})
