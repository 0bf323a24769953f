import { createHash } from 'node:crypto'
import type { ClientStore, Save, Saved } from '../store/client-store.ts'

const MAX_REMEMBERED = 1000

/** Clients try again within seconds; much later the same text is said anew. */
const REMEMBERED_MS = 10 * 60_000

/** A mark that is found says less than a connection that was seen to break, and is believed for less long. */
const BELIEVED_MS = 2 * 60_000

/** Answers that were sent are told to the store together: that costs each a fraction. */
const TELL_MS = 100

/** Who lives has told by then that the answer was sent. The clients that try again wait as long before they do. */
const SILENT_MS = 1000

const NEVER = 0

type Deps = {
  markAnswered: ClientStore['markAnswered']
  now(): number
  /** Keeps the host from stopping this process before the work is done. */
  holdOpen?: (work: Promise<unknown>) => void
  onError(error: unknown): void
}

/** `told`: the store takes it for answered. */
type Lost = { outcome: Promise<Saved>; at: number; told: boolean }

export type Retries = ReturnType<typeof createRetries>

/**
 * Recognises the save that a client sends again because it never got the answer to the first one. Nothing but an answer
 * that got lost tells such a retry from the same words said twice. So each save leaves its mark in the store, which goes
 * when its answer was sent: one that stays is of a connection that broke, or of a process that died. It serves one retry,
 * in whichever process.
 */
export function createRetries({ markAnswered, now, holdOpen = () => {}, onError }: Deps) {
  const lost = new Map<string, Lost>()
  const sent = new Set<string>()
  /** Those whose answers are on their way from here, or are sent and not told: none of them is lost. */
  const inHand = new Set<string>()
  let telling: Promise<void> | null = null

  function take(mark: string): Lost | null {
    const found = lost.get(mark)
    lost.delete(mark)
    return found && now() - found.at < REMEMBERED_MS ? found : null
  }

  async function tell(): Promise<void> {
    telling = null
    const marks = [...sent]
    sent.clear()
    for (const mark of marks) inHand.delete(mark)
    if (marks.length > 0) await markAnswered(marks).catch(onError)
  }

  return {
    /** The outcome of a save: its own, or that of the one it repeats. `write` is given what the store knows it by. */
    async save(mark: string, write: (mark: Save['mark']) => Promise<Saved>): Promise<Saved> {
      const at = now()
      const before = inHand.has(mark) ? NEVER : at - SILENT_MS
      const writeAnew = () => write({ id: mark, since: at - BELIEVED_MS, before })
      const first = take(mark)
      inHand.add(mark)
      if (!first) return writeAnew()
      if (first.told) return first.outcome.catch(writeAnew)
      // It may not be stored yet, or never.
      await first.outcome.catch(() => undefined)
      return write({ id: mark, since: at - REMEMBERED_MS, before: at })
    },

    sent(mark: string): void {
      sent.add(mark)
      telling ??= new Promise<void>((resolve) => setTimeout(resolve, TELL_MS).unref()).then(tell)
      holdOpen(telling)
    },

    /** `afterSent`: the answer left, and never arrived. */
    lost(mark: string, outcome: Promise<Saved>, { afterSent }: { afterSent: boolean }): void {
      const [oldest] = lost.size >= MAX_REMEMBERED ? lost.keys() : []
      if (oldest !== undefined) lost.delete(oldest)
      inHand.delete(mark)
      lost.set(mark, { outcome, at: now(), told: afterSent && !sent.delete(mark) })
    },

    /** Tells what is not told yet: what would stay untold, the next process would take for lost. */
    close: tell,
  }
}

/** Two saves with the same mark are the same: parts cannot run into each other. */
export function markOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest('base64')
}
