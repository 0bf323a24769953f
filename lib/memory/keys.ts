import { createHash, randomBytes } from 'node:crypto'
import type { ApiKey, KeyStore } from './store/key-store.ts'

/** By this a key of ours is known from others: in a log, to a scanner for leaked secrets, to us. */
const KEY_PREFIX = 'mh_'

/** More are hard to keep apart in a list. */
const MAX_KEYS = 20

/** The last use is written at most once in this time: a busy program must not cost a write a request. */
const USE_INTERVAL_MS = 60_000

export type Keys = {
  list(owner: string): Promise<ApiKey[]>
  /** `secret` is the key itself: shown now, and known to nobody afterwards. `null` when the owner has too many. */
  create(owner: string, name: string): Promise<{ key: ApiKey; secret: string } | null>
  revoke(owner: string, keyId: string): Promise<boolean>
  /** Whose key this is; notes the use. */
  find(secret: string): Promise<ApiKey | null>
}

/** The keys that people make for their programs. */
export function createKeys({ store, now }: { store: KeyStore; now: () => number }): Keys {
  const noted = new Map<string, number>()

  /** Nobody waits for it, and nothing depends on it. */
  function noteUse({ id, lastUsedAt }: ApiKey): void {
    const at = now()
    if (at - Math.max(lastUsedAt ?? 0, noted.get(id) ?? 0) < USE_INTERVAL_MS) return
    noted.set(id, at)
    store.noteKeyUse(id, at).catch(() => noted.delete(id))
  }

  return {
    list: (owner) => store.listKeys(owner),
    revoke: (owner, keyId) => store.revokeKey(owner, keyId, now()),

    async create(owner, name) {
      const secret = KEY_PREFIX + randomBytes(32).toString('base64url')
      const key = {
        id: randomBytes(8).toString('hex'),
        owner,
        name,
        hint: secret.slice(-4),
        createdAt: now(),
      }
      const added = await store.addKey({ ...key, hash: hashOf(secret) }, MAX_KEYS)
      return added ? { key: { ...key, lastUsedAt: null }, secret } : null
    },

    async find(secret) {
      if (!secret.startsWith(KEY_PREFIX)) return null
      // Looked up by its hash: how long that takes says nothing about the key.
      const key = await store.findKey(hashOf(secret))
      if (key) noteUse(key)
      return key
    },
  }
}

/** One round is enough: a key is 32 random bytes, not a password that somebody could guess. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
