import type { BrowserContext } from '@playwright/test'

/**
 * Playwright types text into an installed Firefox by setting the field's value in the page's own world, where React does not
 * take it for typing. This has Firefox insert it as it inserts what a person types.
 */
export async function typeAsAPersonDoes(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    Object.defineProperty(window, '__pw_bidiInsertText', {
      get: () => (text: string) => {
        document.execCommand('insertText', false, text)
      },
      set() {},
    })
  })
}
