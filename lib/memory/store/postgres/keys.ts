import { type KeyStore, keyNamespace, keyOf } from '../key-store.ts'
import { toKey } from '../rows.ts'
import type { Database } from './database.ts'

export function keysMethods({ read, write }: Database): KeyStore {
  return {
    addKey: (key, maxKeys) =>
      write(async ({ one, run }) => {
        // Two at once would each count without the other.
        await one('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', key.owner)
        const added = await run(
          `INSERT INTO api_keys (id, owner, name, hint, hash, created_at)
           SELECT $1, $2, $3, $4, $5, $6
           WHERE (SELECT count(*) FROM api_keys WHERE owner = $2 AND revoked_at IS NULL) < $7`,
          key.id,
          key.owner,
          key.name,
          key.hint,
          key.hash,
          key.createdAt,
          maxKeys,
        )
        return added > 0
      }),

    listKeys: (owner) =>
      read(async ({ all }) => {
        const sql =
          'SELECT * FROM api_keys WHERE owner = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC'
        return (await all(sql, owner)).map(toKey)
      }),

    findKey: (hash) =>
      read(async ({ one }) => {
        const row = await one('SELECT * FROM api_keys WHERE hash = $1 AND revoked_at IS NULL', hash)
        return row ? toKey(row) : null
      }),

    revokeKey: (owner, id, at) =>
      write(async ({ run }) => {
        const sql = 'UPDATE api_keys SET revoked_at = $1 WHERE owner = $2 AND id = $3 AND revoked_at IS NULL'
        return (await run(sql, at, owner, id)) > 0
      }),

    noteKeyUse: (id, at) =>
      write(
        async ({ run }) => void (await run('UPDATE api_keys SET last_used_at = $1 WHERE id = $2', at, id)),
      ),

    namespacesOf: (owner) =>
      read(async ({ all }) => {
        const rows = await all('SELECT id FROM api_keys WHERE owner = $1 ORDER BY created_at, id', owner)
        return [owner, ...rows.map((row) => keyNamespace(row.id as string))]
      }),

    async ownerOf(namespace) {
      const id = keyOf(namespace)
      if (id === null) return namespace
      return read(async ({ one }) => {
        const key = await one('SELECT owner FROM api_keys WHERE id = $1', id)
        return (key?.owner as string | undefined) ?? namespace
      })
    },
  }
}
