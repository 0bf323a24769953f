import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, numbered, numbersIn } from './client.ts'
import type { SlowModel } from './slow-model.ts'

/** Counted in messages, or in sessions where it says so. `null`: the server never asked the model. */
export type Loss = { name: string; of: number; count(): Promise<number | null> }

/** How long a model thinks, how long a server is given to begin its work, and the pause between two posts of a program. */
export type Pace = { slowMs: number; quietMs: number; betweenMs: number }

/** Slow enough for a server far away. */
const PATIENT: Pace = { slowMs: 2000, quietMs: 2000, betweenMs: 1000 }

const DELETES = 5
const READ_AT_ONCE = 20

/** What is lost: in no window, and never shown to the model that makes the summaries. */
export function losses(client: Client, model: SlowModel, pace: Pace = PATIENT): Loss[] {
  const { slowMs, quietMs, betweenMs } = pace
  const newSession = () => `s${crypto.randomUUID().slice(0, 8)}`

  async function lost(session: string, count: number): Promise<number | null> {
    await settled(quietMs, () => !model.isBusy())
    const kept = model.shown(session)
    if (kept.size === 0) return null
    for (const { content } of (await client.memory(session)).messages) {
      for (const number of numbersIn(content, session)) kept.add(number)
    }
    return count - kept.size
  }

  return [
    {
      name: '30 messages, two a post, as LangChain does',
      of: 30,
      async count() {
        model.slowDown(0)
        const session = newSession()
        for (let n = 1; n < 30; n += 2) {
          await client.save(session, numbered(session, 2, n))
          await sleep(betweenMs)
        }
        return lost(session, 30)
      },
    },
    {
      name: '100 messages in one post',
      of: 100,
      async count() {
        model.slowDown(0)
        const session = newSession()
        await client.save(session, numbered(session, 100))
        return lost(session, 100)
      },
    },
    {
      name: '50 posts at once while a summary is made',
      of: 63,
      async count() {
        model.slowDown(slowMs)
        const session = newSession()
        await client.save(session, numbered(session, 13))
        if (!(await within(5000, () => model.isBusy()))) return null
        await Promise.all(
          Array.from({ length: 50 }, (_, index) => client.save(session, numbered(session, 1, 14 + index))),
        )
        return lost(session, 63)
      },
    },
    {
      name: 'saves that are acknowledged, and not there for a read that follows',
      of: READ_AT_ONCE,
      async count() {
        model.slowDown(0)
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
        model.slowDown(slowMs)
        const sessions = Array.from({ length: DELETES }, newSession)
        let back = 0
        for (const session of sessions) {
          await client.save(session, numbered(session, 13))
          if (!(await within(5000, () => model.isBusy()))) return null
          await client.remove(session)
          await settled(quietMs, () => !model.isBusy())
          const { messages, context } = await client.memory(session)
          if (messages.length > 0 || context) back++
        }
        return back
      },
    },
  ]
}

/** Waits until something has been true for so long, at most a minute. */
async function settled(quietMs: number, condition: () => boolean): Promise<void> {
  let since = Date.now()
  const until = Date.now() + 60_000
  while (Date.now() < until && Date.now() - since < quietMs) {
    if (!condition()) since = Date.now()
    await sleep(50)
  }
}

async function within(ms: number, condition: () => boolean): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await sleep(20)) if (condition()) return true
  return false
}
