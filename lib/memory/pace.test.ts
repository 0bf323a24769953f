import { expect, it } from 'vitest'
import { createPace } from './pace.ts'

const signal = new AbortController().signal

function paceAt() {
  let time = 0
  const slept: number[] = []
  const pace = createPace({ now: () => time, sleep: async (ms) => void slept.push(ms) })
  return {
    /** So many requests a second, for so long. */
    requests(perSecond: number, ms: number) {
      for (let n = 0; n < (perSecond * ms) / 1000; n++) {
        time += 1000 / perSecond
        pace.met()
      }
    },
    quiet: (ms: number) => {
      time += ms
    },
    async pauses(): Promise<boolean> {
      slept.length = 0
      await pace.pause(signal)
      return slept.length > 0
    },
  }
}

it('holds nothing up in a quiet process', async () => {
  const { requests, pauses } = paceAt()
  expect(await pauses()).toBe(false)
  requests(100, 2000)
  expect(await pauses()).toBe(false)
})

it('pauses before each piece of work while many requests come, and not once they are over', async () => {
  const { requests, quiet, pauses } = paceAt()
  requests(4000, 1000)
  expect(await pauses()).toBe(true)
  expect(await pauses()).toBe(true)
  quiet(600)
  expect(await pauses()).toBe(false)
})

it('ends at the abort', async () => {
  let time = 0
  const sleep = async (_: number, aborted: AbortSignal) => aborted.throwIfAborted()
  const pace = createPace({ now: () => time, sleep })
  for (let n = 0; n < 1000; n++) pace.met()
  time = 1000
  await expect(pace.pause(AbortSignal.abort())).rejects.toThrow()
})
