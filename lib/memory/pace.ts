import { setTimeout as sleep } from 'node:timers/promises'

/** From so many requests a second on, whoever waits for an answer would feel what is done in the background. */
const BUSY_PER_SECOND = 200

/** Requests are counted for so long, at least, before the count is believed. */
const LOOK_MS = 250

/** Before each piece of work in a busy process: it then takes a few hundredths of the processor. */
const PAUSE_MS = 250

/** Keeps what nobody waits for out of the way of requests. */
export type Pace = {
  /** A request has come. */
  met(): void
  /** Resolves at once in a quiet process, in a busy one after a pause: work goes on in either. */
  pause(signal: AbortSignal): Promise<void>
}

/** Time as `performance.now()` gives it, and a way to wait, which rejects at the abort. */
type Clock = { now(): number; sleep(ms: number, signal: AbortSignal): Promise<unknown> }

const CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
}

export function createPace({ now, sleep }: Clock = CLOCK): Pace {
  let lookedAt = now()
  let requests = 0
  let busy = false

  function look(): void {
    const passed = now() - lookedAt
    if (passed < LOOK_MS) return
    busy = (requests * 1000) / passed >= BUSY_PER_SECOND
    requests = 0
    lookedAt = now()
  }

  return {
    met: () => void requests++,
    async pause(signal) {
      look()
      if (busy) await sleep(PAUSE_MS, signal)
    },
  }
}
