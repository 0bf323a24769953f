import { type KeyStore, keyNamespace, keyOf } from '../key-store.ts'
import { toKey } from '../rows.ts'
import type { Database } from './database.ts'

export function keysMethods({ all, one, run, read, write }: Database): KeyStore {
  return {
    addKey: (key, maxKeys) =>
      write(
        () =>
          run(
            `INSERT INTO api_keys (id, owner, name, hint, hash, created_at)
             SELECT ?, ?, ?, ?, ?, ?
             WHERE (SELECT count(*) FROM api_keys WHERE owner = ? AND revoked_at IS NULL) < ?`,
            key.id,
            key.owner,
            key.name,
            key.hint,
            key.hash,
            key.createdAt,
            key.owner,
            maxKeys,
          ) > 0,
      ),

    listKeys: (owner) =>
      read(() =>
        all(
          'SELECT * FROM api_keys WHERE owner = ? AND revoked_at IS NULL ORDER BY created_at DESC, id DESC',
          owner,
        ).map(toKey),
      ),

    findKey: async (hash) => {
      const row = one('SELECT * FROM api_keys WHERE hash = ? AND revoked_at IS NULL', hash)
      return row ? toKey(row) : null
    },

    revokeKey: (owner, id, at) =>
      write(
        () =>
          run(
            'UPDATE api_keys SET revoked_at = ? WHERE owner = ? AND id = ? AND revoked_at IS NULL',
            at,
            owner,
            id,
          ) > 0,
      ),

    noteKeyUse: (id, at) =>
      write(() => void run('UPDATE api_keys SET last_used_at = ? WHERE id = ?', at, id)),

    namespacesOf: async (owner) => [
      owner,
      ...all('SELECT id FROM api_keys WHERE owner = ? ORDER BY created_at, id', owner).map((row) =>
        keyNamespace(row.id as string),
      ),
    ],

    async ownerOf(namespace) {
      const id = keyOf(namespace)
      const key = id === null ? null : one('SELECT owner FROM api_keys WHERE id = ?', id)
      return (key?.owner as string | undefined) ?? namespace
    },
  }
}
