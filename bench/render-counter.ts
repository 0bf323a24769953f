import type { Page } from '@playwright/test'

/**
 * Has the page count, from its next load on, how often React renders each message: React of the production build tells a
 * developer tool of every commit, and marks what it has called in it.
 */
export async function countRenders(page: Page): Promise<void> {
  await page.addInitScript(() => {
    type Fiber = {
      type: unknown
      flags: number
      memoizedProps: Record<string, unknown> | null
      child: Fiber | null
      sibling: Fiber | null
    }
    /** React's flag of a component that was called. */
    const PERFORMED_WORK = 1
    const renders: Record<string, number> = {}
    const shown = new Map<string, Fiber>()

    /** Above each message's element stands its component; one that was left alone is the same object as before. */
    function look(fiber: Fiber | null, parent: Fiber | null): void {
      for (let each = fiber; each; each = each.sibling) {
        const id = each.type === 'article' ? each.memoizedProps?.['data-message'] : undefined
        if (typeof id !== 'string' || !parent) {
          look(each.child, each)
          continue
        }
        const called = (parent.flags & PERFORMED_WORK) !== 0 && shown.get(id) !== parent
        if (called) renders[id] = (renders[id] ?? 0) + 1
        shown.set(id, parent)
      }
    }

    Object.assign(window, {
      renders,
      __REACT_DEVTOOLS_GLOBAL_HOOK__: {
        renderers: new Map(),
        supportsFiber: true,
        checkDCE() {},
        inject: () => 1,
        onCommitFiberUnmount() {},
        onPostCommitFiberRoot() {},
        onCommitFiberRoot: (_: number, root: { current: Fiber }) => look(root.current, null),
      },
    })
  })
}

/** How often each message was rendered since the page was loaded, by its id. */
export const rendersOf = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(() => ({ ...(window as unknown as { renders: Record<string, number> }).renders }))
