import { expect, type Locator, type Page } from '@playwright/test'

/** What holds for all chats of a person. */
export class SettingsPage {
  readonly page: Page
  readonly instructions: Locator
  readonly saveInstructions: Locator
  readonly model: Locator
  readonly file: Locator

  constructor(page: Page) {
    this.page = page
    this.instructions = page.getByRole('textbox', { name: 'Custom instructions' })
    this.saveInstructions = page.getByRole('button', { name: 'Save instructions' })
    this.model = page.getByRole('combobox', { name: 'Model' })
    this.file = page.getByLabel('File to import')
  }

  async open(origin = ''): Promise<void> {
    await this.page.goto(`${origin}/settings`)
    await expect(this.page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
    await this.instructions.evaluate(async (field) => {
      const isHydrated = () => Object.keys(field).some((key) => key.startsWith('__reactProps'))
      while (!isHydrated()) await new Promise(requestAnimationFrame)
    })
  }

  toggle(name: string): Locator {
    return this.page.getByRole('switch', { name })
  }

  async turn(name: string, on: boolean): Promise<void> {
    await this.kept(() => this.toggle(name).setChecked(on))
    await expect(this.toggle(name)).toBeChecked({ checked: on })
  }

  /** Asks for a change as any page of ours can, past what the fields allow; answers the status. */
  patch(change: Record<string, unknown>): Promise<number> {
    return this.page.evaluate(async (body) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch('/api/settings', { method: 'PATCH', headers, body })).status
    }, JSON.stringify(change))
  }

  /** Does something, and waits until the server has it. */
  async kept(act: () => Promise<unknown>): Promise<void> {
    const answered = this.page.waitForResponse(
      (answer) => answer.url().endsWith('/api/settings') && answer.request().method() === 'PATCH',
    )
    await act()
    await answered
  }
}
