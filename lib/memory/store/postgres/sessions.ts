import { bare, type Row, TITLE_STRENGTH, toSession } from '../rows.ts'
import type { SessionStore } from '../store.ts'
import type { Database } from './database.ts'
import { removeSessions } from './forgetting.ts'
import { bumpGeneration, findSession, lockSession, requireLocked, requireMessage } from './tree.ts'

export function sessionsMethods({ read, write }: Database): SessionStore {
  return {
    getSession: (ref) => read(async (db) => bare(await findSession(db, ref))),

    listSessions: (namespaces, { limit, pinned, before }) =>
      read(async ({ all }) => {
        // A page of each by its index, then the newest of them: a person has few keys and maybe many sessions.
        const rows = await all(
          `SELECT s.*,
             EXISTS (SELECT 1 FROM runs r WHERE r.session_key = s.key AND r.ended_at IS NULL)::integer AS running
           FROM unnest($1::text[]) AS own (namespace) CROSS JOIN LATERAL (
             SELECT * FROM sessions s
             WHERE s.namespace = own.namespace AND s.deleted_at IS NULL AND s.temporary = 0
               AND (s.updated_at, s.id) < ($2, $3) AND s.pinned = coalesce($4, s.pinned)
             ORDER BY s.updated_at DESC, s.id DESC LIMIT $5
           ) s ORDER BY s.updated_at DESC, s.id DESC LIMIT $5`,
          namespaces,
          before?.updatedAt ?? Number.MAX_SAFE_INTEGER,
          before?.id ?? '',
          pinned === undefined ? null : Number(pinned),
          limit,
        )
        return rows.map((row) => ({ ...bare(toSession(row)), running: row.running === 1 }))
      }),

    setTitle: (ref, title, source, { generation } = {}) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        if (generation !== undefined && generation !== session?.generation) return false
        if (!session || TITLE_STRENGTH[source] < TITLE_STRENGTH[session.titleSource]) return false
        const sql = 'UPDATE sessions SET title = $1, title_source = $2 WHERE key = $3'
        return (await db.run(sql, title, source, session.key)) > 0
      }),

    setPinned: (ref, pinned) =>
      write(
        async ({ run }) =>
          (await run(
            'UPDATE sessions SET pinned = $1 WHERE namespace = $2 AND id = $3 AND deleted_at IS NULL',
            Number(pinned),
            ref.namespace,
            ref.sessionId,
          )) > 0,
      ),

    selectVersion: (ref, messageId) =>
      write(async (db) => {
        const session = await requireLocked(db, ref)
        const leaf = (await db.one(
          `WITH RECURSIVE down (id, depth) AS (
             SELECT id, 0 FROM messages WHERE session_key = $1 AND id = $2
             UNION ALL
             SELECT (SELECT c.id FROM messages c WHERE c.session_key = $1 AND c.parent_id = d.id ORDER BY c.seq DESC LIMIT 1),
                    d.depth + 1
             FROM down d WHERE d.id IS NOT NULL
           ) SELECT id FROM down WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1`,
          session.key,
          (
            await requireMessage(db, session.key, messageId)
          ).id,
        )) as Row
        await db.run('UPDATE sessions SET head_id = $1 WHERE key = $2', leaf.id as string, session.key)
        return bare({ ...session, headId: leaf.id as string })
      }),

    deleteSession: (ref, at) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        if (!session) return false
        await db.run('UPDATE sessions SET deleted_at = $1 WHERE key = $2', at, session.key)
        await db.run(
          'UPDATE runs SET stop_requested = 1 WHERE session_key = $1 AND ended_at IS NULL',
          session.key,
        )
        return (await bumpGeneration(db, session.key)) > 0
      }),

    restoreSession: (ref) =>
      write(
        async ({ run }) =>
          (await run(
            'UPDATE sessions SET deleted_at = NULL WHERE namespace = $1 AND id = $2 AND deleted_at IS NOT NULL',
            ref.namespace,
            ref.sessionId,
          )) > 0,
      ),

    purgeDeleted: (deletedBefore) => purge('deleted_at <= $1', deletedBefore),

    purgeTemporary: (idleSince) => purge('temporary = 1 AND updated_at <= $1', idleSince),
  }

  function purge(which: string, at: number): Promise<number> {
    return write(async (db) => {
      const sessions = await db.all(`SELECT key FROM sessions WHERE ${which} FOR UPDATE SKIP LOCKED`, at)
      const keys = sessions.map((row) => row.key as number)
      return (await removeSessions(db, keys)).sessions
    })
  }
}
