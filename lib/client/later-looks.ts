/** A summary is made in a second or two: its divider is looked for meanwhile. */
const SUMMARY_MS = 1500

/** The title of a new session is made after its first reply: it is looked for then. */
const TITLE_MS = [2_500, 8_000]

/** Looks again at a session for what the server makes in the background and tells nobody of. */
export function createLaterLooks(look: () => void) {
  const waiting = new Set<ReturnType<typeof setTimeout>>()
  let summary: ReturnType<typeof setTimeout> | undefined

  function after(ms: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      waiting.delete(timer)
      look()
    }, ms)
    waiting.add(timer)
    return timer
  }

  return {
    forSummary() {
      clearTimeout(summary)
      summary = after(SUMMARY_MS)
    },
    forTitle() {
      for (const ms of TITLE_MS) after(ms)
    },
    /** Nobody looks at the session any more. */
    stop() {
      for (const timer of waiting) clearTimeout(timer)
      waiting.clear()
    },
  }
}
