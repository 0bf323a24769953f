import type { SessionView } from '#lib/chat/types.ts'
import { isAbsent } from './api.ts'
import { type PageSignals, waitToRetry } from './page-signals.ts'

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000

export type ViewLoaderDeps = {
  load(): Promise<SessionView>
  apply(view: SessionView): void
  /** The session is not there. */
  onAbsent(): void
  /** Loading fails and is tried again, or has worked again. */
  onTrouble(trouble: boolean): void
  page: PageSignals
}

/** Loads the session's view, one request at a time, and never shows one that is older than what was done here. */
export type ViewLoader = {
  /**
   * A view that is, or was, on its way during an action does not know of it: until the answer is called, none is
   * applied; after that the view is loaded again if it was asked for meanwhile.
   */
  hold(): () => void
  /** Loads until it works, the session is absent, or `stop` is called. */
  refresh(): void
  /** Views may be asked for again later. */
  stop(): void
}

export function createViewLoader(deps: ViewLoaderDeps): ViewLoader {
  let held = 0
  let actions = 0
  let wanted = false
  let loading: AbortController | null = null

  async function loadUntilFresh(signal: AbortSignal): Promise<void> {
    let delay = FIRST_RETRY_MS
    while (wanted && held === 0 && !signal.aborted) {
      wanted = false
      const asked = actions
      try {
        const view = await deps.load()
        if (signal.aborted) return
        deps.onTrouble(false)
        delay = FIRST_RETRY_MS
        if (actions === asked) deps.apply(view)
        else wanted = true
      } catch (error) {
        if (signal.aborted) return
        if (isAbsent(error)) return deps.onAbsent()
        wanted = true
        deps.onTrouble(true)
        await waitToRetry(delay, deps.page, signal)
        delay = Math.min(delay * 2, LONGEST_RETRY_MS)
      }
    }
  }

  function start(): void {
    if (loading || held > 0 || !wanted) return
    const controller = new AbortController()
    loading = controller
    void loadUntilFresh(controller.signal).finally(() => {
      if (loading !== controller) return
      loading = null
      // What was asked for between the last look and now.
      start()
    })
  }

  return {
    hold() {
      held++
      actions++
      let released = false
      return () => {
        if (released) return
        released = true
        held--
        actions++
        start()
      }
    },
    refresh() {
      wanted = true
      start()
    },
    stop() {
      loading?.abort()
      loading = null
      wanted = false
    },
  }
}
