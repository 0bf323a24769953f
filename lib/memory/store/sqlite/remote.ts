import type { RemoteStore } from '../../remote/remote-store.ts'
import { keyOf } from '../key-store.ts'
import { bareMessage, type MessageRow, type SessionRow, toMessage } from '../rows.ts'
import type { SessionRef } from '../store.ts'
import type { Database } from './database.ts'
import type { Tree } from './tree.ts'

export function remoteMethods(database: Database, tree: Tree): RemoteStore {
  const { all, one, run, read, write } = database
  const { findSession, findMessage, requireWindow, pathStretches } = tree

  const remoteIdOf = (key: number) =>
    (one('SELECT remote_id FROM remote_sessions WHERE session_key = ?', key)?.remote_id as string) ?? null

  function link(session: SessionRow, { namespace, sessionId }: SessionRef): void {
    const isTaken = one(
      'SELECT 1 FROM remote_sessions WHERE remote_id = ?1 UNION SELECT 1 FROM remote_orphans WHERE remote_id = ?1',
      sessionId,
    )
    // Ids are unique within a namespace only: one that somebody else uses must not lead to their memory.
    const remoteId = isTaken ? `${namespace}_${sessionId}` : sessionId
    const linked = run(
      'INSERT INTO remote_sessions (session_key, remote_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
      session.key,
      remoteId,
    )
    const { summary } = requireWindow(session.key, session.headId)
    const covered = linked && summary ? findMessage(session.key, summary.throughId) : null
    if (!covered) return
    const path = onPath(covered, session.key)
    run(
      `INSERT INTO remote_messages (message_seq, session_key, state)
       SELECT m.seq, m.session_key, 'kept' FROM messages m WHERE m.session_key = ? AND ${path.sql}`,
      session.key,
      ...path.values,
    )
  }

  /** A condition for messages `m` on the path of `head`. */
  function onPath(head: MessageRow, key: number): { sql: string; values: number[] } {
    const stretches = pathStretches(key, head)
    return {
      sql: `(${stretches.map(() => '(m.branch = ? AND m.position <= ?)').join(' OR ')})`,
      values: stretches.flatMap(({ branch, upTo }) => [branch, upTo]),
    }
  }

  function outboxOf(key: number, remoteId: string, head: MessageRow, limit: number) {
    const path = onPath(head, key)
    const unsent = all(
      `SELECT m.* FROM messages m LEFT JOIN remote_messages r ON r.message_seq = m.seq
       WHERE m.session_key = ? AND ${path.sql} AND coalesce(r.state, 'sending') = 'sending'
         AND (m.status = 'streaming' OR trim(m.content) <> '')
       ORDER BY m.position LIMIT ?`,
      key,
      ...path.values,
      limit,
    )
    const strays = all(
      `SELECT m.* FROM remote_messages r JOIN messages m ON m.seq = r.message_seq
       WHERE r.session_key = ? AND r.state = 'sent' AND NOT ${path.sql} ORDER BY m.seq DESC LIMIT ?`,
      key,
      ...path.values,
      limit,
    )
    const sending = all(
      `SELECT m.id, r.batch FROM remote_messages r JOIN messages m ON m.seq = r.message_seq
       WHERE r.session_key = ? AND r.state = 'sending' ORDER BY m.position`,
      key,
    )
    const batchId = sending[0]?.batch as string | undefined
    const sent = one(`SELECT 1 FROM remote_messages WHERE session_key = ? AND state = 'sent' LIMIT 1`, key)
    return {
      remoteId,
      isNew: !sent,
      unsent: unsent.map((row) => bareMessage(toMessage(row))),
      strays: strays.map((row) => bareMessage(toMessage(row))),
      sending: batchId ? { batchId, messageIds: sending.map((row) => row.id as string) } : null,
    }
  }

  return {
    async openOutbox(ref, { headId, limit }) {
      if (keyOf(ref.namespace) !== null) return null
      const isLinked = await read(() => {
        const session = findSession(ref)
        return session === null || session.temporary || remoteIdOf(session.key) !== null
      })
      if (!isLinked) {
        await write(() => {
          const session = findSession(ref)
          if (session) link(session, ref)
        })
      }
      return read(() => {
        const session = findSession(ref)
        const remoteId = session && !session.temporary ? remoteIdOf(session.key) : null
        const head = session && findMessage(session.key, headId ?? session.headId)
        return session && remoteId && head ? outboxOf(session.key, remoteId, head, limit) : null
      })
    },

    beginBatch: (ref, { batchId, messageIds }) =>
      write(() => {
        const session = findSession(ref)
        if (!session) return
        for (const id of messageIds) {
          run(
            `INSERT INTO remote_messages (message_seq, session_key, state, batch)
             SELECT seq, session_key, 'sending', ? FROM messages WHERE session_key = ? AND id = ?
             ON CONFLICT (message_seq) DO UPDATE SET state = excluded.state, batch = excluded.batch`,
            batchId,
            session.key,
            id,
          )
        }
      }),

    endBatch: (ref, batchId, outcome) =>
      write(() => {
        const session = findSession(ref)
        if (!session) return
        if (outcome === 'returned') {
          run(
            `DELETE FROM remote_messages WHERE session_key = ? AND state = 'sending' AND batch = ?`,
            session.key,
            batchId,
          )
          return
        }
        run(
          `UPDATE remote_messages SET state = ?, batch = NULL
           WHERE session_key = ? AND state = 'sending' AND batch = ?`,
          outcome,
          session.key,
          batchId,
        )
      }),

    listRefused: (ref, limit) =>
      read(() => {
        const session = findSession(ref)
        if (!session) return []
        const refused = all(
          `SELECT m.id FROM remote_messages r JOIN messages m ON m.seq = r.message_seq
           WHERE r.session_key = ? AND r.state = 'refused' ORDER BY m.seq DESC LIMIT ?`,
          session.key,
          limit,
        )
        return refused.map((row) => row.id as string)
      }),

    listOrphans: (limit) =>
      read(() =>
        all('SELECT remote_id FROM remote_orphans ORDER BY remote_id LIMIT ?', limit).map(
          (row) => row.remote_id as string,
        ),
      ),

    dropOrphan: (remoteId) =>
      write(() => void run('DELETE FROM remote_orphans WHERE remote_id = ?', remoteId)),
  }
}
