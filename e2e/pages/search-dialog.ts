import { expect, type Locator, type Page } from '@playwright/test'

/** The window in which everything that was said, and every command, is found. */
export class SearchDialog {
  readonly page: Page
  readonly dialog: Locator
  readonly field: Locator

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('dialog', { name: 'Search' })
    this.field = this.dialog.getByRole('combobox', { name: 'Search' })
  }

  hit(text: string | RegExp): Locator {
    return this.dialog.getByRole('option').filter({ hasText: text })
  }

  /** By the arrow keys, as somebody without a mouse does. */
  async choose(text: string | RegExp): Promise<void> {
    await expect(this.hit(text).first()).toBeVisible()
    for (let presses = 0; presses < 40; presses++) {
      if ((await this.hit(text).first().getAttribute('aria-selected')) === 'true') break
      await this.field.press('ArrowDown')
    }
    await this.field.press('Enter')
  }
}
