import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, numbered, numbersIn } from './client.ts'
import type { SlowModel } from './slow-model.ts'

/** Counted in messages, or in sessions where it says so. `null`: the server never asked the model. */
export type Loss = { name: string; of: number; count(): Promise<number | null> }

export type Pace = {
  /** How long the model thinks at most when it has to be slow. */
  holdMs: number
  /** How long a server that seems to have lost something is given to begin its work after all. */
  graceMs: number
  /** How long a server may take until it asks the model. */
  startMs: number
  /** The pause of a program between two posts. */
  pause(): Promise<void>
  /** Until the server has done what it does in the background, as far as that can be seen from outside. */
  settle(): Promise<void>
}

/** Slow enough for a server far away. */
const patient = (model: SlowModel): Pace => ({
  holdMs: 10_000,
  graceMs: 5000,
  startMs: 5000,
  pause: () => sleep(1000),
  settle: () => quiet(model, 2000),
})

const DELETES = 5
const READ_AT_ONCE = 20

/** What is lost: in no window, and never shown to the model that makes the summaries. */
export function losses(client: Client, model: SlowModel, pace: Pace = patient(model)): Loss[] {
  const { holdMs, graceMs, startMs, pause, settle } = pace
  const newSession = () => `s${crypto.randomUUID().slice(0, 8)}`

  async function lost(session: string, count: number): Promise<number | null> {
    await settle()
    let kept = await keptOf(session)
    await within(graceMs, async () => {
      kept = await keptOf(session)
      return kept.size === count
    })
    return model.shown(session).size === 0 ? null : count - kept.size
  }

  async function keptOf(session: string): Promise<Set<number>> {
    const { messages } = await client.memory(session)
    return new Set([
      ...model.shown(session),
      ...messages.flatMap(({ content }) => numbersIn(content, session)),
    ])
  }

  return [
    {
      name: '30 messages, two a post, as LangChain does',
      of: 30,
      async count() {
        const session = newSession()
        for (let n = 1; n < 30; n += 2) {
          await client.save(session, numbered(session, 2, n))
          await pause()
        }
        return lost(session, 30)
      },
    },
    {
      name: '100 messages in one post',
      of: 100,
      async count() {
        const session = newSession()
        await client.save(session, numbered(session, 100))
        return lost(session, 100)
      },
    },
    {
      name: '50 posts at once while a summary is made',
      of: 63,
      async count() {
        const session = newSession()
        model.hold(holdMs)
        await client.save(session, numbered(session, 13))
        if (!(await within(startMs, () => model.shown(session).size > 0))) return null
        await Promise.all(
          Array.from({ length: 50 }, (_, index) => client.save(session, numbered(session, 1, 14 + index))),
        )
        model.release()
        return lost(session, 63)
      },
    },
    {
      name: 'saves that are acknowledged, and not there for a read that follows',
      of: READ_AT_ONCE,
      async count() {
        let missing = 0
        for (let n = 1; n <= READ_AT_ONCE; n++) {
          const session = newSession()
          await client.save(session, numbered(session, 1))
          if ((await client.memory(session)).messages.length === 0) missing++
        }
        return missing
      },
    },
    {
      name: `sessions that come back after a delete while a summary is made`,
      of: DELETES,
      async count() {
        const sessions = Array.from({ length: DELETES }, newSession)
        let back = 0
        for (const session of sessions) {
          model.hold(holdMs)
          await client.save(session, numbered(session, 13))
          if (!(await within(startMs, () => model.shown(session).size > 0))) return null
          await client.remove(session)
          model.release()
          await settle()
          const { messages, context } = await client.memory(session)
          if (messages.length > 0 || context) back++
        }
        return back
      },
    },
  ]
}

/** Waits until the model has not been asked for so long, at most a minute. */
export async function quiet(model: SlowModel, forMs: number): Promise<void> {
  let since = Date.now()
  const until = Date.now() + 60_000
  while (Date.now() < until && Date.now() - since < forMs) {
    if (model.isBusy()) since = Date.now()
    await sleep(50)
  }
}

async function within(ms: number, condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await sleep(20)) if (await condition()) return true
  // The time may have gone by in a single pause of the machine.
  return condition()
}
