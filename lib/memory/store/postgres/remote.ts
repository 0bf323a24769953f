import type { Outbox, RemoteStore } from '../../remote/remote-store.ts'
import { keyOf } from '../key-store.ts'
import { bareMessage, type MessageRow, type SessionRow, toMessage } from '../rows.ts'
import type { SessionRef } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { findMessage, findSession, lockSession, pathStretches, requireWindow } from './tree.ts'

export function remoteMethods({ read, write }: Database): RemoteStore {
  return {
    async openOutbox(ref, { headId, limit }) {
      if (keyOf(ref.namespace) !== null) return null
      const isLinked = await read(async (db) => {
        const session = await findSession(db, ref)
        return session === null || session.temporary || (await remoteIdOf(db, session.key)) !== null
      })
      if (!isLinked) {
        await write(async (db) => {
          const session = await lockSession(db, ref)
          if (session) await link(db, session, ref)
        })
      }
      return read(async (db) => {
        const session = await findSession(db, ref)
        const remoteId = session && !session.temporary ? await remoteIdOf(db, session.key) : null
        const head = session && (await findMessage(db, session.key, headId ?? session.headId))
        return session && remoteId && head ? outboxOf(db, session.key, remoteId, head, limit) : null
      })
    },

    beginBatch: (ref, { batchId, messageIds }) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        if (!session) return
        await db.run(
          `INSERT INTO remote_messages (message_seq, session_key, state, batch)
           SELECT seq, session_key, 'sending', $1 FROM messages WHERE session_key = $2 AND id = ANY ($3::text[])
           ON CONFLICT (message_seq) DO UPDATE SET state = excluded.state, batch = excluded.batch`,
          batchId,
          session.key,
          messageIds,
        )
      }),

    endBatch: (ref, batchId, outcome) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        if (!session) return
        const which = `session_key = $1 AND state = 'sending' AND batch = $2`
        if (outcome === 'returned')
          await db.run(`DELETE FROM remote_messages WHERE ${which}`, session.key, batchId)
        else
          await db.run(
            `UPDATE remote_messages SET state = $3, batch = NULL WHERE ${which}`,
            session.key,
            batchId,
            outcome,
          )
      }),

    listRefused: (ref, limit) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return []
        const refused = await db.all(
          `SELECT m.id FROM remote_messages r JOIN messages m ON m.seq = r.message_seq
           WHERE r.session_key = $1 AND r.state = 'refused' ORDER BY m.seq DESC LIMIT $2`,
          session.key,
          limit,
        )
        return refused.map((row) => row.id as string)
      }),

    listOrphans: (limit) =>
      read(async ({ all }) => {
        const rows = await all('SELECT remote_id FROM remote_orphans ORDER BY remote_id LIMIT $1', limit)
        return rows.map((row) => row.remote_id as string)
      }),

    dropOrphan: (remoteId) =>
      write(async ({ run }) => void (await run('DELETE FROM remote_orphans WHERE remote_id = $1', remoteId))),
  }
}

async function remoteIdOf({ one }: Queries, key: number): Promise<string | null> {
  const row = await one('SELECT remote_id FROM remote_sessions WHERE session_key = $1', key)
  return (row?.remote_id as string | undefined) ?? null
}

async function link(db: Queries, session: SessionRow, { namespace, sessionId }: SessionRef): Promise<void> {
  const isTaken = await db.one(
    `SELECT 1 AS found FROM remote_sessions WHERE remote_id = $1
     UNION ALL SELECT 1 FROM remote_orphans WHERE remote_id = $1 LIMIT 1`,
    sessionId,
  )
  // Ids are unique within a namespace only: one that somebody else uses must not lead to their memory.
  const own = `${namespace}_${sessionId}`
  const add = (remoteId: string) =>
    db.run(
      'INSERT INTO remote_sessions (session_key, remote_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      session.key,
      remoteId,
    )
  // Two may ask for it at the same moment.
  const linked = (!isTaken && (await add(sessionId))) || (await add(own))
  const { summary } = await requireWindow(db, session.key, session.headId)
  const covered = linked && summary ? await findMessage(db, session.key, summary.throughId) : null
  if (!covered) return
  const path = await onPath(db, covered, session.key, 2)
  await db.run(
    `INSERT INTO remote_messages (message_seq, session_key, state)
     SELECT m.seq, m.session_key, 'kept' FROM messages m WHERE m.session_key = $1 AND ${path.sql}
     ON CONFLICT DO NOTHING`,
    session.key,
    ...path.values,
  )
}

/** A condition for messages `m` on the path of `head`, whose values begin with number `first`. */
async function onPath(
  db: Queries,
  head: MessageRow,
  key: number,
  first: number,
): Promise<{ sql: string; values: number[] }> {
  const stretches = await pathStretches(db, key, head)
  const pairs = stretches.map(
    (_, index) => `(m.branch = $${first + 2 * index} AND m.position <= $${first + 2 * index + 1})`,
  )
  return {
    sql: `(${pairs.join(' OR ')})`,
    values: stretches.flatMap(({ branch, upTo }) => [branch, upTo]),
  }
}

async function outboxOf(
  db: Queries,
  key: number,
  remoteId: string,
  head: MessageRow,
  limit: number,
): Promise<Outbox> {
  const path = await onPath(db, head, key, 3)
  const unsent = await db.all(
    `SELECT m.* FROM messages m LEFT JOIN remote_messages r ON r.message_seq = m.seq
     WHERE m.session_key = $1 AND ${path.sql} AND coalesce(r.state, 'sending') = 'sending'
       AND (m.status = 'streaming' OR trim(m.content) <> '')
     ORDER BY m.position LIMIT $2`,
    key,
    limit,
    ...path.values,
  )
  const strays = await db.all(
    `SELECT m.* FROM remote_messages r JOIN messages m ON m.seq = r.message_seq
     WHERE r.session_key = $1 AND r.state = 'sent' AND NOT ${path.sql} ORDER BY m.seq DESC LIMIT $2`,
    key,
    limit,
    ...path.values,
  )
  const sending = await db.all(
    `SELECT m.id, r.batch FROM remote_messages r JOIN messages m ON m.seq = r.message_seq
     WHERE r.session_key = $1 AND r.state = 'sending' ORDER BY m.position`,
    key,
  )
  const sent = await db.one(
    `SELECT 1 AS found FROM remote_messages WHERE session_key = $1 AND state = 'sent' LIMIT 1`,
    key,
  )
  const batchId = sending[0]?.batch as string | undefined
  return {
    remoteId,
    isNew: !sent,
    unsent: unsent.map((row) => bareMessage(toMessage(row))),
    strays: strays.map((row) => bareMessage(toMessage(row))),
    sending: batchId ? { batchId, messageIds: sending.map((row) => row.id as string) } : null,
  }
}
