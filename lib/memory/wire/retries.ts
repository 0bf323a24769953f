import { createHash } from 'node:crypto'

const MAX_REMEMBERED = 1000

/** Clients try again within seconds; much later the same text is said anew. */
const REMEMBERED_MS = 10 * 60_000

/**
 * Recognises the save that a client sends again because it never got the answer to the first one. Nothing but a broken
 * connection tells such a retry from the same words said twice, so only saves whose answer was lost are remembered, each
 * for one retry.
 */
export function createRetries<T>(now: () => number) {
  const lost = new Map<string, { outcome: Promise<T>; at: number }>()

  return {
    /** The outcome of the save that this one repeats, if any. */
    take(mark: string): Promise<T> | null {
      const found = lost.get(mark)
      lost.delete(mark)
      return found && now() - found.at < REMEMBERED_MS ? found.outcome : null
    },
    remember(mark: string, outcome: Promise<T>): void {
      const [oldest] = lost.size >= MAX_REMEMBERED ? lost.keys() : []
      if (oldest !== undefined) lost.delete(oldest)
      lost.set(mark, { outcome, at: now() })
    },
  }
}

/** Two saves with the same mark are the same: parts cannot run into each other. */
export function markOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest('base64')
}
