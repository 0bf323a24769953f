import { expect, type Locator, type Page, type Route } from '@playwright/test'
import type { FakeLlm } from '../fake-llm.ts'

/** The memory of the open chat, as it stands beside it. */
export class MemoryPanel {
  readonly page: Page
  readonly button: Locator
  readonly panel: Locator
  readonly audit: Locator
  readonly summary: Locator
  readonly versions: Locator
  readonly window: Locator
  readonly status: Locator
  readonly tryNow: Locator

  constructor(page: Page) {
    this.page = page
    this.button = page.getByRole('button', { name: 'Memory', exact: true })
    this.panel = page.getByRole('complementary', { name: 'Memory' })
    this.audit = this.panel.getByRole('region', { name: 'Audit' })
    this.summary = this.panel.getByRole('region', { name: 'Summary' })
    this.versions = this.panel.getByRole('region', { name: 'Versions' })
    this.window = this.panel.getByRole('region', { name: 'Word for word' })
    this.status = this.panel.getByRole('status')
    this.tryNow = this.panel.getByRole('button', { name: 'Try now' })
  }

  /** `empty`: nothing was said yet, so there is nothing to count. */
  async open({ empty = false } = {}): Promise<void> {
    await this.button.click()
    await expect(empty ? this.panel : this.audit).toBeVisible()
  }

  fact(text: string | RegExp): Locator {
    return this.summary.getByRole('button', { name: text })
  }

  /** Has the summariser work again no sooner than this is asked for: a try by itself would take the button away before. */
  async tryNowThatItWorks(llm: FakeLlm): Promise<void> {
    const repair = (route: Route) => {
      llm.summariesFail = false
      return route.continue()
    }
    await this.page.route('**/retry', repair, { times: 1 })
    await Promise.all([this.page.waitForRequest('**/retry', { timeout: 60_000 }), this.tryNow.click()])
  }

  async edit(text: string): Promise<void> {
    await this.summary.getByRole('button', { name: 'Edit summary' }).click()
    await this.summary.getByRole('textbox', { name: 'Summary text' }).fill(text)
    await this.summary.getByRole('button', { name: 'Save summary' }).click()
    await expect(this.summary.getByRole('textbox')).toBeHidden()
  }
}
