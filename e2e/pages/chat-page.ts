import { expect, type Locator, type Page } from '@playwright/test'

/** The chat on the screen, by what a person sees and assistive technology reads. */
const CHANGES = new Set(['PATCH', 'DELETE'])

export class ChatPage {
  readonly page: Page
  readonly composer: Locator
  readonly send: Locator
  readonly stop: Locator
  readonly log: Locator
  readonly questions: Locator
  readonly replies: Locator
  readonly sessions: Locator

  constructor(page: Page) {
    this.page = page
    this.composer = page.getByRole('textbox', { name: 'Message', exact: true })
    this.send = page.getByRole('button', { name: 'Send', exact: true })
    this.stop = page.getByRole('button', { name: 'Stop', exact: true })
    this.log = page.getByRole('log', { name: 'Conversation' })
    this.questions = this.log.getByRole('article', { name: 'You' })
    this.replies = this.log.getByRole('article', { name: 'Assistant' })
    this.sessions = page.getByRole('navigation', { name: 'Sessions' })
  }

  async open(path = '/'): Promise<void> {
    await this.page.goto(path)
    await this.alive()
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.alive()
  }

  private async alive(): Promise<void> {
    // Before React has taken over the field, what is typed or clicked would be lost; a person is slower than that.
    await this.composer.evaluate(async (field) => {
      const isHydrated = () => Object.keys(field).some((key) => key.startsWith('__reactProps'))
      while (!isHydrated()) await new Promise(requestAnimationFrame)
    })
  }

  /** Sends without waiting for the reply. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
  }

  /** Sends and waits until the reply has ended. */
  async ask(text: string): Promise<Locator> {
    const before = await this.replies.count()
    await this.say(text)
    await expect(this.replies).toHaveCount(before + 1)
    await this.settled()
    return this.replies.last()
  }

  /** Turns that make the window of twelve messages fold, and so a summary, as often as they would if nobody hurried. */
  async talk(first: string, turns = 8): Promise<void> {
    for (let n = 1; n <= turns; n++) {
      await this.ask(n === 1 ? first : `tell me about number ${n}`)
      await this.folded()
    }
  }

  /** Until what the window is too small for is in a summary, which is made after a reply and in nobody's way. */
  async folded(): Promise<void> {
    const { origin } = new URL(this.page.url())
    const memory = `${origin}/api/memory/${this.sessionId()}`
    await expect
      .poll(async () => (await (await this.page.request.get(memory)).json()).audit.window)
      .toBeLessThanOrEqual(12)
  }

  async settled(): Promise<void> {
    await expect(this.log).toHaveAttribute('aria-busy', 'false')
  }

  session(title: string | RegExp): Locator {
    return this.sessions.getByRole('link', { name: title })
  }

  async newChat(): Promise<void> {
    await this.sessions.getByRole('link', { name: 'New chat' }).click()
    await expect(this.questions).toHaveCount(0)
  }

  async renamed(title: string | RegExp, next: string): Promise<void> {
    await this.menuOf(title, 'Rename')
    const field = this.page.getByRole('textbox', { name: 'Title' })
    await field.fill(next)
    await this.saved(() => field.press('Enter'))
    await expect(this.session(next)).toBeVisible()
  }

  /** Changes or deletes a session, and waits until the server has done it: the list shows it at once. */
  async saved(act: () => Promise<unknown>): Promise<void> {
    const answered = this.page.waitForResponse(
      (answer) => answer.url().includes('/api/sessions/') && CHANGES.has(answer.request().method()),
    )
    await act()
    await answered
  }

  async exportOf(title: string | RegExp, format: string): Promise<void> {
    await this.menuOf(title, 'Export')
    await this.page.getByRole('menuitem', { name: format }).click()
  }

  async menuOf(title: string | RegExp, item: string): Promise<void> {
    const row = this.sessions
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('link', { name: title }) })
    await row.hover()
    await row.getByRole('button', { name: 'Session menu' }).click()
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  async action(message: Locator, name: string): Promise<void> {
    await message.hover()
    await message.getByRole('button', { name, exact: true }).click()
  }

  sessionId(): string {
    return new URL(this.page.url()).pathname.replace('/s/', '')
  }
}
