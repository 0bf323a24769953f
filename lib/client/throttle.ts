/** A reader sees no difference between this and every token, and the page has time for the rest. */
export const SHOW_EVERY_MS = 50

/** Runs `action` at most once in `ms`: at once after a pause, else when the time is over. */
export function createThrottle(action: () => void, ms: number): { request(): void } {
  let timer: ReturnType<typeof setTimeout> | null = null
  let due = false

  function run(): void {
    due = false
    action()
    timer = setTimeout(() => {
      timer = null
      if (due) run()
    }, ms)
  }

  return {
    request() {
      due = true
      if (timer === null) run()
    },
  }
}
