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
    const hit = this.hit(text).first()
    await expect(hit).toBeVisible()
    const chosen = this.dialog.getByRole('option', { selected: true })
    for (let presses = 0; presses < 40; presses++) {
      if ((await hit.getAttribute('aria-selected')) === 'true') break
      const before = await chosen.getAttribute('id')
      await this.field.press('ArrowDown')
      // Looked at too soon, the old one would still be the chosen one, and the next press would go past the hit.
      await expect(chosen).not.toHaveAttribute('id', before ?? '')
    }
    await expect(hit).toHaveAttribute('aria-selected', 'true')
    await this.field.press('Enter')
  }
}
