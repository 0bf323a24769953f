import type { EmbeddedSession, EmbeddingStore } from '../embedding-store.ts'
import { toBytes, toEmbedded, toVectorOf } from '../vector-bytes.ts'
import type { Database } from './database.ts'
import { openScope } from './search.ts'
import { findSession } from './tree.ts'

export function embeddingsMethods({ read, write }: Database): EmbeddingStore {
  return {
    listUnembedded: (ref, { model, limit }) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return []
        const rows = await db.all(
          `SELECT m.id, m.content, m.name, m.created_at FROM messages m
           LEFT JOIN embeddings e ON e.message_seq = m.seq AND e.model = $1 AND e.size = length(m.content)
           WHERE m.session_key = $2 AND e.message_seq IS NULL AND m.status <> 'streaming' AND trim(m.content) <> ''
           ORDER BY m.seq LIMIT $3`,
          model,
          session.key,
          limit,
        )
        return rows.map((row) => ({
          id: row.id as string,
          content: row.content as string,
          name: row.name as string | null,
          createdAt: row.created_at as number,
        }))
      }),

    saveEmbeddings: (ref, model, embedded) =>
      write(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return
        for (const { id, content, vector } of embedded) {
          await db.run(
            `INSERT INTO embeddings (message_seq, session_key, model, size, vector)
             SELECT seq, session_key, $1, length(content), $2 FROM messages
             WHERE session_key = $3 AND id = $4 AND content = $5
             ON CONFLICT (message_seq) DO UPDATE
             SET model = excluded.model, size = excluded.size, vector = excluded.vector`,
            model,
            toBytes(vector),
            session.key,
            id,
            content,
          )
        }
      }),

    listEmbedded: (scope, model) =>
      read(async (db) => {
        const scoped = await openScope(db, scope)
        const rows = await db.all(
          `SELECT session_key, count(*)::int8 AS count, max(message_seq) AS newest FROM embeddings
           WHERE session_key = ANY ($1::text[]::bigint[]) AND model = $2
           GROUP BY session_key ORDER BY newest DESC`,
          [...scoped.keys()].map(String),
          model,
        )
        const sessions: EmbeddedSession[] = []
        for (const row of rows) {
          const session = scoped.get(row.session_key as number)
          if (session) sessions.push(toEmbedded(row, session, scope))
        }
        return sessions
      }),

    readVectors: (key, { model, after, limit }) =>
      read(async (db) => {
        const rows = await db.all(
          `SELECT e.message_seq, m.branch, m.position, m.role, m.name, m.created_at, e.vector
           FROM embeddings e JOIN messages m ON m.seq = e.message_seq
           WHERE e.session_key = $1 AND e.model = $2 AND e.message_seq > $3 ORDER BY e.message_seq LIMIT $4`,
          key,
          model,
          after,
          limit,
        )
        return rows.map(toVectorOf)
      }),
  }
}
