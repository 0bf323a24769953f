import { MemoryError } from '#lib/memory/errors.ts'
import { keyNamespace } from '#lib/memory/store/key-store.ts'
import type { SessionRef, Store } from '#lib/memory/store/store.ts'

/**
 * How the app names a session of a person: one of the chat by its id, one that a key of theirs has written as
 * `k.<key id>.<session id in base64url>`, as programs choose their ids freely.
 */
export function addressOf(user: string, { namespace, sessionId }: SessionRef): string {
  if (namespace === user) return sessionId
  return `k.${namespace.slice(keyNamespace('').length)}.${Buffer.from(sessionId).toString('base64url')}`
}

/** The session of an address; `not-found` when the address names a key that is not this person's. */
export async function sessionAt(
  store: Pick<Store, 'namespacesOf'>,
  user: string,
  address: string,
): Promise<SessionRef> {
  const [mark, keyId = '', encoded] = address.split('.')
  if (mark !== 'k' || encoded === undefined) return { namespace: user, sessionId: address }
  const namespace = keyNamespace(keyId)
  if (!(await store.namespacesOf(user)).includes(namespace)) {
    throw new MemoryError('not-found', 'This chat does not exist, or it was deleted.')
  }
  return { namespace, sessionId: Buffer.from(encoded, 'base64url').toString() }
}
