import type { ClientMemory } from '../client-store.ts'
import type { SessionRef } from '../store.ts'
import type { Database } from './database.ts'

const MAX_REMEMBERED = 1000

/** Longer memories are read anew: a thousand of them would fill the process. */
const MAX_CHARACTERS = 32_000

/**
 * Remembers what was read, for as long as nobody, in this process or another one, has committed anything: then the same
 * object is answered again, so that what was made of it can be remembered, too.
 */
export function remembering(
  { version }: Pick<Database, 'version'>,
  readMemory: (ref: SessionRef, limit: number) => Promise<ClientMemory>,
): (ref: SessionRef, limit: number) => Promise<ClientMemory> {
  let readAt = -1
  const remembered = new Map<string, ClientMemory>()

  return async (ref, limit) => {
    const key = `${limit} ${ref.namespace.length} ${ref.namespace} ${ref.sessionId}`
    const now = version()
    if (now !== readAt) remembered.clear()
    readAt = now
    const known = remembered.get(key)
    if (known) return known
    const memory = await readMemory(ref, limit)
    // The read itself takes no turn of the event loop, but another process can have committed before it.
    if (version() === now && remembered.size < MAX_REMEMBERED && sizeOf(memory) <= MAX_CHARACTERS) {
      remembered.set(key, memory)
    }
    return memory
  }
}

const sizeOf = ({ messages, context }: ClientMemory): number =>
  messages.reduce((sum, { content }) => sum + content.length, context?.length ?? 0)
