import type { Database } from './database.ts'

const MAX_REMEMBERED = 1000

/** Larger answers are read anew: a thousand of them would fill the process. */
const MAX_SIZE = 32_000

/**
 * Remembers what was read, for as long as nobody, in this process or another one, has committed anything: then the same
 * object is answered again, so that what was made of it can be remembered, too. It must not be changed.
 */
export function remembering<A extends unknown[], T>(
  { version }: Pick<Database, 'version'>,
  {
    keyOf,
    read,
    sizeOf,
  }: { keyOf(...args: A): string; read(...args: A): Promise<T>; sizeOf(value: T): number },
): (...args: A) => Promise<T> {
  let readAt = -1
  const remembered = new Map<string, T>()

  return async (...args) => {
    const key = keyOf(...args)
    const now = version()
    if (now !== readAt) remembered.clear()
    readAt = now
    const known = remembered.get(key)
    if (known !== undefined) return known
    const value = await read(...args)
    // The read itself takes no turn of the event loop, but another process can have committed before it.
    if (version() === now && remembered.size < MAX_REMEMBERED && sizeOf(value) <= MAX_SIZE) {
      remembered.set(key, value)
    }
    return value
  }
}
