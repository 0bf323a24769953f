import type { Store } from '#lib/memory/store/store.ts'

/** A deleted session can be brought back for so long. */
export const UNDO_MS = 10_000

/** A temporary chat that nobody has touched for so long is gone, whether its page was left or not. */
const KEEP_TEMPORARY_MS = 24 * 60 * 60_000

/** A chunk log is kept this long after its run, for readers in other processes. */
const KEEP_CHUNKS_MS = 60_000

/**
 * A program repeats a save by its name within minutes. A week, as a clock that is set right by some days in between must not
 * make it forget one that was just stored.
 */
const KEEP_SAVES_MS = 7 * 24 * 60 * 60_000

/** Another process was reading just then. */
const SCRUB_AGAIN_MS = 5_000

/** Removes for good what may go, and what the database's files still hold of it. */
export type Housekeeping = {
  /** Never rejects: what fails is told to `onError` and done the next time. */
  tidy(): Promise<void>
  /** Tidies once what is deleted now can go. */
  tidyLater(): void
}

export function createHousekeeping(deps: {
  store: Store
  /** Deletes elsewhere, too, what is deleted here. */
  removeElsewhere: () => Promise<void>
  now: () => number
  onError: (error: unknown) => void
}): Housekeeping {
  const { store, now, onError } = deps
  const later = (ms: number) => void setTimeout(() => void tidy(), ms).unref()

  async function tidy(): Promise<void> {
    try {
      await store.purgeDeleted(now() - UNDO_MS)
      await store.purgeTemporary(now() - KEEP_TEMPORARY_MS)
      await store.pruneChunks(now() - KEEP_CHUNKS_MS)
      await store.pruneSaves(now() - KEEP_SAVES_MS)
      await scrub()
    } catch (error) {
      onError(error)
    }
    // Not waited for: a server elsewhere that hangs must not hold up a start.
    deps.removeElsewhere().catch(onError)
  }

  async function scrub(): Promise<void> {
    try {
      await store.scrub()
    } catch (error) {
      later(SCRUB_AGAIN_MS)
      throw error
    }
  }

  return { tidy, tidyLater: () => later(UNDO_MS + 100) }
}
