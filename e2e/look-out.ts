import { expect, type Page } from '@playwright/test'

/**
 * Looks out, from within the page and at each change of it, for an element of `selector` that holds `text`: what goes again by
 * itself can be missed by who looks from outside, now and then. Call it before the act, and what it answers after.
 */
export async function lookOutFor(page: Page, selector: string, text: string): Promise<() => Promise<void>> {
  const outlook = await page.evaluateHandle(
    (wanted) => {
      const found = { seen: false }
      const observer = new MutationObserver(() => {
        const elements = [...document.querySelectorAll(wanted.selector)]
        found.seen ||= elements.some((each) => each.textContent.includes(wanted.text))
      })
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
      return found
    },
    { selector, text },
  )
  return () => expect.poll(() => outlook.evaluate(({ seen }) => seen), `"${text}" in ${selector}`).toBe(true)
}
