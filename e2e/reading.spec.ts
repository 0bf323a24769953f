import { expect, type Page } from '@playwright/test'
import { test } from './fixtures.ts'

/** In the page: asks `look` after each painted frame, and answers the list that gets what it answers whenever that is new. */
type Watch = (look: () => number | null) => number[]

/** Makes `watch` known to the page. Call it before the page is opened. */
const letWatch = (page: Page) =>
  page.addInitScript(() => {
    const watch: Watch = (look) => {
      const seen: number[] = []
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        const found = look()
        if (found !== null && found !== seen.at(-1)) seen.push(found)
        // A message that is sent within a frame comes when the frame has been painted.
        requestAnimationFrame(() => port2.postMessage(null))
      }
      port2.postMessage(null)
      return seen
    }
    Object.assign(window, { watch })
  })

const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: number[] }).seen)

const paragraphs = (name: string) =>
  Array.from({ length: 40 }, (_, n) => `${name} paragraph ${n}.`).join('\n\n')
const LINES = Array.from({ length: 40 }, (_, n) => `const value${n} = ${n}`)
const code = LINES.join('\n')

test('[A43] code that has its colours keeps them while more of it is written', async ({
  chat,
  llm,
  page,
}) => {
  const [first = '', ...rest] = [0, 1, 2, 3].map(
    (part) => `${LINES.slice(part * 10, part * 10 + 10).join('\n')}\n`,
  )
  llm.when('write code', { say: `\`\`\`js\n${first}`, hold: true, rest: [...rest, '```\n\nThat is all.'] })
  await letWatch(page)
  await chat.open()
  await page.evaluate(() => {
    const { watch } = window as unknown as { watch: Watch }
    const coloured = () => document.querySelectorAll('[role=log] pre .hljs-keyword').length
    Object.assign(window, { seen: watch(coloured) })
  })
  await chat.say('write code')
  // Not all of it at once, at the end: a line gets its colours when the next one has begun.
  for (const lines of [9, 19, 29, 39]) {
    await expect.poll(() => seen(page)).toContain(lines)
    llm.release('write code')
  }
  await expect(chat.replies.last()).toContainText('That is all.')
  await chat.settled()
  await expect(chat.replies.last().locator('pre .hljs-keyword')).toHaveCount(40)
  await expect.poll(() => seen(page)).toContain(40)
  const counts = await seen(page)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
})

test('[A43] what is being read stays where it is while the reply goes on below and gets its colours', async ({
  chat,
  llm,
  page,
}) => {
  llm.when('a long answer', {
    say: `${paragraphs('Early')}\n\n\`\`\`js\n${code}`,
    hold: true,
    rest: `\n\`\`\`\n\n${paragraphs('Late')}`,
  })
  await letWatch(page)
  await chat.open()
  await chat.say('a long answer')
  await expect(chat.replies.last().locator('pre .hljs-keyword').first()).toBeVisible()
  await chat.log.hover()
  await page.mouse.wheel(0, -900)
  await expect(page.getByRole('button', { name: 'Scroll to the end' })).toBeVisible()
  await page.evaluate(async () => {
    const { watch } = window as unknown as { watch: Watch }
    const all = [...document.querySelectorAll('[role=log] p')]
    const read = all.find((each) => each.getBoundingClientRect().top > innerHeight / 3)
    const top = () => (read?.isConnected ? Math.round(read.getBoundingClientRect().top) : null)
    // A turned wheel may still roll out.
    for (let still = 0, last = top(); still < 5; still = top() === last ? still + 1 : 0) {
      last = top()
      await new Promise(requestAnimationFrame)
    }
    Object.assign(window, { seen: watch(top) })
  })
  llm.release('a long answer')
  await expect(chat.replies.last()).toContainText('Late paragraph 39.')
  await chat.settled()
  await expect(chat.replies.last().locator('pre .hljs-keyword')).toHaveCount(40)
  expect(await seen(page)).toHaveLength(1)
})
