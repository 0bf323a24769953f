import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Builder, By, Capabilities, Key, type WebDriver, type WebElement } from 'selenium-webdriver'
import { createAppServer } from '../app-server.ts'
import { startFakeLlm } from '../fake-llm.ts'
import { freePort } from '../free-port.ts'
import type { WebKitDriver } from './engines.ts'

const WAIT_MS = 30_000
const PICTURES = 'test-results/webkit'

/** What a person wants most, in a WebKit that Playwright cannot drive. Answers whether all of it works; prints each. */
export async function runGoals(programs: WebKitDriver): Promise<boolean> {
  const running: ChildProcess[] = []
  const llm = await startFakeLlm()
  const server = await createAppServer({
    OPENAI_BASE_URL: llm.baseUrl,
    OPENAI_API_KEY: 'x',
    CHAT_MODEL: 'fake',
  })
  const number = `:${90 + (process.pid % 900)}`
  const display = programs.display ? number : process.env.DISPLAY
  try {
    await server.start()
    if (programs.display)
      running.push(spawn(programs.display, [number, '-screen', '0', '1440x900x24'], { stdio: 'ignore' }))
    const port = await freePort()
    const env = { ...process.env, DISPLAY: display }
    running.push(spawn(programs.driver, [`--port=${port}`], { env, stdio: 'ignore' }))
    const driver = await connect(`http://127.0.0.1:${port}`, programs.browser)
    try {
      return await tryAll(driver, server.url, llm)
    } finally {
      await driver.quit().catch(() => undefined)
    }
  } finally {
    for (const child of running) child.kill()
    await server.dispose()
    await llm.close()
  }
}

type Llm = Awaited<ReturnType<typeof startFakeLlm>>

async function tryAll(driver: WebDriver, origin: string, llm: Llm): Promise<boolean> {
  const person = createPerson(driver)
  let passed = 0
  let failed = 0
  async function goal(name: string, reach: () => Promise<void>): Promise<void> {
    try {
      await reach()
      passed++
      console.log(`  ✓ WebKit: ${name}`)
    } catch (error) {
      failed++
      console.log(`  ✘ WebKit: ${name}\n${error instanceof Error ? error.stack : error}`)
    }
    mkdirSync(PICTURES, { recursive: true })
    const picture = await driver.takeScreenshot()
    writeFileSync(`${PICTURES}/${passed + failed} ${name.slice(0, 40)}.png`, picture, 'base64')
  }

  await goal('remembers a name', async () => {
    await driver.get(origin)
    await person.ask('hi im bob')
    const reply = await person.ask('whats my name?')
    await person.until(async () => (await reply.getText()).includes('Bob'), 'the reply has no Bob')
  })
  await goal('lists the chat under the day', async () => {
    const list = () => driver.findElement(By.css('nav[aria-label=Sessions]')).getText()
    await person.until(async () => (await list()).includes('Today'), 'there is no "Today"')
  })
  await goal('shows headings, code and formulas of a reply', async () => {
    llm.when('show me all', {
      say: '## A heading\n\n```js\nconst a = 1\n```\n\n$$x^2$$\n\n| a | b |\n|-|-|\n| 1 | 2 |',
    })
    await person.ask('show me all')
    for (const css of ['h2', 'pre .hljs-keyword', 'math', 'table'])
      await person.until(
        async () => (await driver.findElements(By.css(`[role=log] ${css}`))).length > 0,
        `no ${css}`,
      )
  })
  await goal('keeps new lines, and leaves Enter of a composition alone', async () => {
    const field = await person.field('Message')
    await field.sendKeys('one')
    await field.sendKeys(Key.chord(Key.SHIFT, Key.ENTER))
    await field.sendKeys('two')
    await driver.executeScript(
      "arguments[0].dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))",
      field,
    )
    await person.until(
      async () => (await field.getAttribute('value')) === 'one\ntwo',
      'the text is not as typed',
    )
    await field.sendKeys(Key.ENTER)
    await person.settled()
    await person.until(async () => (await field.getAttribute('value')) === '', 'the field is not empty')
  })
  await goal('stops a reply, which a reload shows as it was', async () => {
    llm.when('do not end', { say: 'on and on ', hold: true })
    await person.say('do not end')
    await person.until(async () => (await person.lastReply()).includes('on and on'), 'no text came')
    await (await person.button('Stop')).click()
    await person.settled()
    await driver.navigate().refresh()
    await person.until(async () => (await person.lastReply()).includes('on and on'), 'the text is gone')
    await person.until(
      async () => (await person.lastReply()).includes('Stopped'),
      'it is not marked as stopped',
    )
  })
  await goal('a reload in the middle of a reply goes on with it', async () => {
    llm.when('a long one', { say: 'the beginning ', hold: true, rest: 'and the end' })
    await person.say('a long one')
    await person.until(async () => (await person.lastReply()).includes('the beginning'), 'no text came')
    await driver.navigate().refresh()
    await person.until(async () => (await person.lastReply()).includes('the beginning'), 'the text is gone')
    llm.release('a long one')
    await person.until(
      async () => (await person.lastReply()).includes('the beginning and the end'),
      'no end came',
    )
    await person.settled()
  })
  await goal('makes another chat and switches back', async () => {
    await (await person.link('New chat')).click()
    await person.until(
      async () => (await driver.findElements(By.css('[role=log] article'))).length === 0,
      'not empty',
    )
    await person.ask('another subject')
    const first = await driver.findElements(By.css('nav[aria-label=Sessions] li a'))
    await first.at(-1)?.click()
    await person.until(async () => (await person.text()).includes('hi im bob'), 'the first chat is not shown')
  })
  await goal('shows the memory beside the chat', async () => {
    await (await person.button('Memory')).click()
    await person.until(
      async () =>
        (await (await driver.findElement(By.css('aside[aria-label=Memory]'))).getText()).includes('0 lost'),
      'no audit',
    )
    await (await person.button('Memory')).click()
  })
  await goal('finds a message by keyboard alone and jumps to it', async () => {
    await driver.actions().keyDown(Key.CONTROL).sendKeys('k').keyUp(Key.CONTROL).perform()
    await person.until(
      async () => (await driver.findElements(By.css('[role=dialog] input'))).length > 0,
      'no search',
    )
    await driver.switchTo().activeElement().sendKeys('hi im bob')
    await person.until(
      async () => (await driver.findElements(By.css('[role=dialog] [role=option] mark'))).length > 0,
      'no hit',
    )
    const isOnHit = async () =>
      (
        await driver.findElements(
          By.xpath("//*[@role='option' and @aria-selected='true' and contains(., 'hi im bob')]"),
        )
      ).length > 0
    for (let presses = 0; presses < 40 && !(await isOnHit()); presses++)
      await driver.switchTo().activeElement().sendKeys(Key.ARROW_DOWN)
    await driver.switchTo().activeElement().sendKeys(Key.ENTER)
    await person.until(
      async () => (await driver.findElements(By.css('[data-found]'))).length > 0,
      'nothing is marked',
    )
  })
  await goal('copies a reply', async () => {
    await driver
      .actions()
      .move({ origin: await driver.findElement(By.css('article[aria-label=Assistant]')) })
      .perform()
    await (await driver.findElement(By.css('article[aria-label=Assistant] button[aria-label=Copy]'))).click()
    await person.until(
      async () => (await person.source()).includes('Copied'),
      'it does not say that it copied',
    )
  })
  await goal('fits a phone, with the chats in a drawer', async () => {
    await driver.manage().window().setRect({ width: 390, height: 800, x: 0, y: 0 })
    const [wide, seen] = await driver.executeScript<[number, number]>(
      'return [document.documentElement.scrollWidth, innerWidth]',
    )
    if (wide > seen) throw new Error(`the page is ${wide} px wide in ${seen}`)
  })
  console.log(`WebKit: ${passed} passed, ${failed} failed; pictures in ${PICTURES}/`)
  return failed === 0
}

/** A person in front of the chat, who finds things by their names. */
function createPerson(driver: WebDriver) {
  async function named(css: string, name: string): Promise<WebElement> {
    return (await driver.wait(() => find(css, name), WAIT_MS, `no ${css} "${name}"`)) as WebElement
  }

  async function find(css: string, name: string): Promise<WebElement | null> {
    for (const element of await driver.findElements(By.css(css))) {
      const isIt = ((await element.getAttribute('aria-label')) ?? (await element.getText())) === name
      if (isIt && (await element.isDisplayed())) return element
    }
    return null
  }

  async function until(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
    // What React replaces in the middle of a look is looked for again.
    await driver.wait(() => holds().catch(() => false), WAIT_MS, otherwise)
  }

  const articles = () => driver.findElements(By.css('[role=log] article[aria-label=Assistant]'))
  const settled = () =>
    until(async () => {
      const [log] = await driver.findElements(By.css('[role=log]'))
      return (await log?.getAttribute('aria-busy')) === 'false'
    }, 'the reply does not end')

  async function say(text: string): Promise<void> {
    const field = await named('textarea', 'Message')
    // Before React has taken over the field, what is typed would be lost to it.
    await until(
      () =>
        driver.executeScript(
          "return Object.keys(arguments[0]).some((key) => key.startsWith('__reactProps'))",
          field,
        ),
      'the page does not come to life',
    )
    await field.sendKeys(text, Key.ENTER)
  }

  return {
    until,
    settled,
    say,
    field: (name: string) => named('textarea', name),
    button: (name: string) => named('button', name),
    link: (name: string) => named('a', name),
    lastReply: async () => (await (await articles()).at(-1)?.getText()) ?? '',
    text: async () => (await driver.findElement(By.css('[role=log]'))).getText(),
    source: () => driver.getPageSource(),
    async ask(text: string): Promise<WebElement> {
      const before = (await articles()).length
      await say(text)
      await until(async () => (await articles()).length > before, 'no reply began')
      await settled()
      return (await articles()).at(-1) as WebElement
    },
  }
}

/** The driver needs a moment before it listens. */
async function connect(address: string, binary: string): Promise<WebDriver> {
  const options = { binary, args: ['--automation'] }
  const capabilities = new Capabilities({ browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options })
  const until = Date.now() + WAIT_MS
  for (;;) {
    try {
      return await new Builder().usingServer(address).withCapabilities(capabilities).build()
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
