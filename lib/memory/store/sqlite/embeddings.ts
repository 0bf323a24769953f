import { isReply } from '../../index-words.ts'
import type { EmbeddingStore } from '../embedding-store.ts'
import { throughOf, toHit } from '../search-scope.ts'
import { toBytes, toVector } from '../vector-bytes.ts'
import type { Database } from './database.ts'
import { createScopes } from './search.ts'
import type { Tree } from './tree.ts'

export function embeddingsMethods(database: Database, tree: Tree): EmbeddingStore {
  const { all, run, read, write } = database
  const { openScope, keysOf } = createScopes(database, tree)

  return {
    listUnembedded: (ref, { model, limit }) =>
      read(() => {
        const session = tree.findSession(ref)
        if (!session) return []
        return all(
          `SELECT m.id, m.content, m.name, m.created_at FROM messages m
           LEFT JOIN embeddings e ON e.message_seq = m.seq AND e.model = ? AND e.size = length(m.content)
           WHERE m.session_key = ? AND e.message_seq IS NULL AND m.status <> 'streaming' AND trim(m.content) <> ''
           ORDER BY m.seq LIMIT ?`,
          model,
          session.key,
          limit,
        ).map((row) => ({
          id: row.id as string,
          content: row.content as string,
          name: row.name as string | null,
          createdAt: row.created_at as number,
        }))
      }),

    saveEmbeddings: (ref, model, embedded) =>
      write(() => {
        const session = tree.findSession(ref)
        if (!session) return
        for (const { id, content, vector } of embedded) {
          run(
            `INSERT OR REPLACE INTO embeddings (message_seq, session_key, model, size, vector)
             SELECT seq, session_key, ?, length(content), ? FROM messages
             WHERE session_key = ? AND id = ? AND content = ?`,
            model,
            toBytes(vector),
            session.key,
            id,
            content,
          )
        }
      }),

    readEmbeddings: (scope, { model, limit, before = Number.MAX_SAFE_INTEGER }) =>
      read(() => {
        const sessionOf = openScope(scope)
        const rows = all(
          `SELECT m.seq, m.session_key, m.id, m.branch, m.position, m.role, m.name, m.created_at, e.vector
           FROM embeddings e JOIN messages m ON m.seq = e.message_seq
           WHERE e.session_key IN (SELECT value FROM json_each(?)) AND e.model = ? AND e.message_seq < ?
           ORDER BY e.message_seq DESC LIMIT ?`,
          JSON.stringify(keysOf(scope)),
          model,
          before,
          limit,
        )
        const hits = rows.flatMap((row) => {
          const session = sessionOf(row.session_key as number)
          const position = row.position as number
          const at = { branch: row.branch as number, position }
          if (!session || position > throughOf(scope) || !tree.isOnPath(at, session.path)) return []
          const said = { role: row.role as string, name: row.name as string | null }
          const { score: _, ...hit } = toHit({ ...row, score: 0, reply: Number(isReply(said)) }, session)
          return [{ ...hit, vector: toVector(row.vector as Uint8Array) }]
        })
        return { hits, next: rows.length < limit ? null : (rows.at(-1)?.seq as number) }
      }),
  }
}
