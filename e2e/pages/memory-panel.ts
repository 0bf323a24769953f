import { expect, type Locator, type Page } from '@playwright/test'

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

  constructor(page: Page) {
    this.page = page
    this.button = page.getByRole('button', { name: 'Memory', exact: true })
    this.panel = page.getByRole('complementary', { name: 'Memory' })
    this.audit = this.panel.getByRole('region', { name: 'Audit' })
    this.summary = this.panel.getByRole('region', { name: 'Summary' })
    this.versions = this.panel.getByRole('region', { name: 'Versions' })
    this.window = this.panel.getByRole('region', { name: 'Word for word' })
    this.status = this.panel.getByRole('status')
  }

  /** `empty`: nothing was said yet, so there is nothing to count. */
  async open({ empty = false } = {}): Promise<void> {
    await this.button.click()
    await expect(empty ? this.panel : this.audit).toBeVisible()
  }

  fact(text: string | RegExp): Locator {
    return this.summary.getByRole('button', { name: text })
  }

  async edit(text: string): Promise<void> {
    await this.summary.getByRole('button', { name: 'Edit summary' }).click()
    await this.summary.getByRole('textbox', { name: 'Summary text' }).fill(text)
    await this.summary.getByRole('button', { name: 'Save summary' }).click()
    await expect(this.summary.getByRole('textbox')).toBeHidden()
  }
}
