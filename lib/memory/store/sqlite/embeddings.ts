import type { EmbeddingStore } from '../embedding-store.ts'
import { toBytes, toEmbedded, toVectorOf } from '../vector-bytes.ts'
import type { Database } from './database.ts'
import { createScopes } from './search.ts'
import type { Tree } from './tree.ts'

export function embeddingsMethods(database: Database, tree: Tree): EmbeddingStore {
  const { all, run, read, write } = database
  const { sessionsOf } = createScopes(database, tree)

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

    listEmbedded: (scope, model) =>
      read(() => {
        const sessions = sessionsOf(scope)
        return all(
          `SELECT session_key, count(*) AS count, max(message_seq) AS newest FROM embeddings
           WHERE session_key IN (SELECT value FROM json_each(?)) AND model = ?
           GROUP BY session_key ORDER BY newest DESC`,
          JSON.stringify([...sessions.keys()]),
          model,
        ).flatMap((row) => {
          const session = sessions.get(row.session_key as number)
          return session ? [toEmbedded(row, session, scope)] : []
        })
      }),

    readVectors: (key, { model, after, limit }) =>
      read(() =>
        all(
          `SELECT e.message_seq, m.branch, m.position, m.role, m.name, m.created_at, e.vector
           FROM embeddings e JOIN messages m ON m.seq = e.message_seq
           WHERE e.session_key = ? AND e.model = ? AND e.message_seq > ? ORDER BY e.message_seq LIMIT ?`,
          key,
          model,
          after,
          limit,
        ).map(toVectorOf),
      ),
  }
}
