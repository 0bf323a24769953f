import { bare, TITLE_STRENGTH, toSession } from '../rows.ts'
import type { SessionStore } from '../store.ts'
import type { Database, Row } from './database.ts'
import { removeSessions } from './forgetting.ts'
import type { Tree } from './tree.ts'

export function sessionsMethods(database: Database, tree: Tree): SessionStore {
  const { all, one, run, read, look, write } = database
  const { findSession, requireSession, requireMessage, bumpGeneration } = tree

  function newestOf(
    namespace: string,
    { limit, pinned, before }: Parameters<SessionStore['listSessions']>[1],
  ) {
    return all(
      `SELECT s.*, EXISTS (SELECT 1 FROM runs r WHERE r.session_key = s.key AND r.ended_at IS NULL) AS running
       FROM sessions s
       WHERE s.namespace = ? AND s.deleted_at IS NULL AND s.temporary = 0 AND (s.updated_at, s.id) < (?, ?)
         AND s.pinned = coalesce(?, s.pinned)
       ORDER BY s.updated_at DESC, s.id DESC LIMIT ?`,
      namespace,
      before?.updatedAt ?? Number.MAX_SAFE_INTEGER,
      before?.id ?? '',
      pinned === undefined ? null : Number(pinned),
      limit,
    ).map((row) => ({ ...bare(toSession(row)), running: row.running === 1 }))
  }

  return {
    getSession: (ref) => look(() => bare(findSession(ref))),

    listSessions: (namespaces, options) =>
      read(() =>
        // A page of each by its index, then the newest of them: a person has few keys and maybe many sessions.
        namespaces
          .flatMap((namespace) => newestOf(namespace, options))
          .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))
          .slice(0, options.limit),
      ),

    setTitle: (ref, title, source, { generation } = {}) =>
      write(() => {
        const session = findSession(ref)
        if (generation !== undefined && generation !== session?.generation) return false
        if (!session || TITLE_STRENGTH[source] < TITLE_STRENGTH[session.titleSource]) return false
        return (
          run('UPDATE sessions SET title = ?, title_source = ? WHERE key = ?', title, source, session.key) > 0
        )
      }),

    setPinned: (ref, pinned) =>
      write(() => {
        const session = findSession(ref)
        return (
          session !== null &&
          run('UPDATE sessions SET pinned = ? WHERE key = ?', Number(pinned), session.key) > 0
        )
      }),

    selectVersion: (ref, messageId) =>
      write(() => {
        const session = requireSession(ref)
        const leaf = one(
          `WITH RECURSIVE down (id, depth) AS (
             SELECT id, 0 FROM messages WHERE session_key = ?1 AND id = ?2
             UNION ALL
             SELECT (SELECT c.id FROM messages c WHERE c.session_key = ?1 AND c.parent_id = d.id ORDER BY c.seq DESC LIMIT 1),
                    d.depth + 1
             FROM down d WHERE d.id IS NOT NULL
           ) SELECT id FROM down WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1`,
          session.key,
          requireMessage(session.key, messageId).id,
        ) as Row
        run('UPDATE sessions SET head_id = ? WHERE key = ?', leaf.id as string, session.key)
        return bare({ ...session, headId: leaf.id as string })
      }),

    deleteSession: (ref, at) =>
      write(() => {
        const session = findSession(ref)
        if (!session) return false
        run('UPDATE sessions SET deleted_at = ? WHERE key = ?', at, session.key)
        run('UPDATE runs SET stop_requested = 1 WHERE session_key = ? AND ended_at IS NULL', session.key)
        return bumpGeneration(session.key) > 0
      }),

    restoreSession: (ref) =>
      write(
        () =>
          run(
            'UPDATE sessions SET deleted_at = NULL WHERE namespace = ? AND id = ? AND deleted_at IS NOT NULL',
            ref.namespace,
            ref.sessionId,
          ) > 0,
      ),

    purgeDeleted: (deletedBefore) => purge('deleted_at <= ?', deletedBefore),

    purgeTemporary: (idleSince) => purge('temporary = 1 AND updated_at <= ?', idleSince),
  }

  function purge(which: string, at: number): Promise<number> {
    return write(() => {
      const sessions = all(`SELECT key FROM sessions WHERE ${which}`, at)
      return removeSessions(
        database,
        sessions.map((row) => row.key as number),
      ).sessions
    })
  }
}
