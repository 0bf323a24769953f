/** A key with which a person's programs use the memory API. The key itself is kept nowhere, only its hash. */
export type ApiKey = {
  id: string
  /** The person who made it. */
  owner: string
  name: string
  /** The last characters of the key, to tell it from others. */
  hint: string
  createdAt: number
  /** To the minute; `null`: never. */
  lastUsedAt: number | null
}

export interface KeyStore {
  /** False, and nothing is added, when the owner has `maxKeys` valid ones. */
  addKey(key: Omit<ApiKey, 'lastUsedAt'> & { hash: string }, maxKeys: number): Promise<boolean>
  /** The valid ones, newest first. */
  listKeys(owner: string): Promise<ApiKey[]>
  /** The valid key of a hash. */
  findKey(hash: string): Promise<ApiKey | null>
  /** From now on nobody finds it; what was written with it stays its owner's. False when absent, foreign or revoked. */
  revokeKey(owner: string, id: string, at: number): Promise<boolean>
  noteKeyUse(id: string, at: number): Promise<void>
  /** Where the sessions of a person live: under their own name, and under each key that they ever made. */
  namespacesOf(owner: string): Promise<string[]>
  /** Whose sessions live in a namespace: the owner of its key, revoked or not; of one that is no key's, its name itself. */
  ownerOf(namespace: string): Promise<string>
}

/** The sessions that a key writes live in a namespace of its own. */
export const keyNamespace = (keyId: string): string => `${KEY}${keyId}`

/** `null` when the namespace is no key's. */
export const keyOf = (namespace: string): string | null =>
  namespace.startsWith(KEY) ? namespace.slice(KEY.length) : null

const KEY = 'key:'
