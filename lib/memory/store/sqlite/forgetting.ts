import { MemoryError } from '../../errors.ts'
import type { ForgetStore, Forgotten } from '../forget-store.ts'
import { keyNamespace } from '../key-store.ts'
import { receiptWithout } from '../receipts.ts'
import { type MessageRow, type SessionRow, TITLE_DEPTH, toMessage } from '../rows.ts'
import type { Receipt, SessionRef } from '../store.ts'
import type { Database, Row } from './database.ts'
import type { Tree } from './tree.ts'

const NOTHING: Forgotten = { sessions: 0, messages: 0, summaries: 0, receipts: 0, runs: 0 }

export function forgettingMethods(database: Database, tree: Tree): ForgetStore {
  const { all, one, run, read, write } = database
  const { findSession, findMessage, bumpGeneration } = tree

  function find(ref: SessionRef, messageId: string): { session: SessionRow; message: MessageRow } | null {
    const session = findSession(ref)
    const message = session && findMessage(session.key, messageId)
    return session && message ? { session, message } : null
  }

  /** The summaries, in force or undone, that a message is in, newest first. */
  function coveredBy(table: 'summaries' | 'undone_summaries', key: number, messageId: string): string[] {
    return all(
      `WITH RECURSIVE below (id) AS (
         SELECT ?2 UNION ALL
         SELECT m.id FROM below b JOIN messages m ON m.session_key = ?1 AND m.parent_id = b.id
       ) SELECT id FROM ${table} WHERE session_key = ?1 AND through_id IN (SELECT id FROM below) ORDER BY seq DESC`,
      key,
      messageId,
    ).map((row) => row.id as string)
  }

  /** A reply that names a message is younger than it. An id is unique in its session only. */
  function receiptsNaming(session: SessionRow, message: MessageRow): { seq: number; receipt: Receipt }[] {
    const rows = all(
      `SELECT m.* FROM sessions s JOIN messages m ON m.session_key = s.key
       WHERE s.namespace = ? AND m.seq > ? AND m.receipt IS NOT NULL AND instr(m.receipt, ?) > 0`,
      session.namespace,
      message.seq,
      message.id,
    )
    return rows.flatMap((row) => {
      const { seq, receipt } = toMessage(row)
      const kept = receipt && receiptWithout(receipt, session.id, message.id, row.session_key === session.key)
      return kept ? [{ seq, receipt: kept }] : []
    })
  }

  function goingWith(session: SessionRow, message: MessageRow) {
    const { runs } = one(
      'SELECT count(*) AS runs FROM runs WHERE session_key = ? AND message_id = ?',
      session.key,
      message.id,
    ) as Row
    return {
      summaryIds: coveredBy('summaries', session.key, message.id),
      undoneIds: coveredBy('undone_summaries', session.key, message.id),
      receipts: receiptsNaming(session, message),
      runs: runs as number,
    }
  }

  const countOf = ({ summaryIds, undoneIds, receipts, runs }: ReturnType<typeof goingWith>): Forgotten => ({
    sessions: 0,
    messages: 1,
    summaries: summaryIds.length + undoneIds.length,
    receipts: receipts.length,
    runs,
  })

  function nameAnew(session: SessionRow, titleOf: (oldest: string | null) => string): void {
    const oldest = one(
      "SELECT content FROM messages WHERE session_key = ? AND role = 'user' ORDER BY seq LIMIT 1",
      session.key,
    )
    run(
      "UPDATE sessions SET title = ?, title_source = 'first-words' WHERE key = ?",
      titleOf((oldest?.content as string | undefined) ?? null),
      session.key,
    )
  }

  /** 1 for a root; no further than it matters for a title. */
  function depthOf(key: number, message: MessageRow): number {
    let depth = 1
    for (let each: MessageRow | null = message; each?.parentId && depth <= TITLE_DEPTH; depth++)
      each = findMessage(key, each.parentId)
    return depth
  }

  return {
    previewForget: (ref, messageId) =>
      read(() => {
        const found = find(ref, messageId)
        if (!found) return null
        const going = goingWith(found.session, found.message)
        return { ...countOf(going), summaryIds: going.summaryIds }
      }),

    forgetMessage: (ref, messageId, titleOf) =>
      write(() => {
        const found = find(ref, messageId)
        if (!found) return null
        const { session, message } = found
        const { key } = session
        const going = goingWith(session, message)
        const inTitle = session.titleSource !== 'person' && depthOf(key, message) <= TITLE_DEPTH
        run(
          'DELETE FROM summaries WHERE session_key = ? AND id IN (SELECT value FROM json_each(?))',
          key,
          JSON.stringify(going.summaryIds),
        )
        run(
          'DELETE FROM undone_summaries WHERE session_key = ? AND id IN (SELECT value FROM json_each(?))',
          key,
          JSON.stringify(going.undoneIds),
        )
        for (const { seq, receipt } of going.receipts)
          run('UPDATE messages SET receipt = ? WHERE seq = ?', JSON.stringify(receipt), seq)
        run(
          'UPDATE runs SET stop_requested = 1 WHERE session_key = ? AND prompt_id = ? AND ended_at IS NULL',
          key,
          messageId,
        )
        run('DELETE FROM runs WHERE session_key = ? AND message_id = ?', key, messageId)
        run(
          'UPDATE messages SET parent_id = ? WHERE session_key = ? AND parent_id = ?',
          message.parentId,
          key,
          messageId,
        )
        if (session.headId === messageId)
          run('UPDATE sessions SET head_id = ? WHERE key = ?', message.parentId, key)
        run('DELETE FROM messages WHERE seq = ?', message.seq)
        if (titleOf && inTitle) nameAnew(session, titleOf)
        bumpGeneration(key)
        askForScrub(database)
        return countOf(going)
      }),

    forgetSession: ({ namespace, sessionId }) =>
      write(() => {
        const row = one('SELECT key FROM sessions WHERE namespace = ? AND id = ?', namespace, sessionId)
        return row ? removeSessions(database, [row.key as number]) : null
      }),

    forgetEverything: (owner) =>
      write(() => {
        const keys = all('SELECT id FROM api_keys WHERE owner = ?', owner)
        const namespaces = [owner, ...keys.map((row) => keyNamespace(row.id as string))]
        const sessions = all(
          'SELECT key FROM sessions WHERE namespace IN (SELECT value FROM json_each(?))',
          JSON.stringify(namespaces),
        )
        run('DELETE FROM settings WHERE namespace = ?', owner)
        run('DELETE FROM api_keys WHERE owner = ?', owner)
        askForScrub(database)
        return removeSessions(
          database,
          sessions.map((row) => row.key as number),
        )
      }),

    async scrub() {
      const last = await read(() => one('SELECT max(seq) AS seq FROM scrubs')?.seq as number | null)
      if (last === null) return false
      // Terms stay in the index's segments until these are merged; freed pages are overwritten (secure_delete).
      await write(() => run("INSERT INTO message_index (message_index) VALUES ('optimize')"))
      await write(() => run("INSERT INTO reply_index (reply_index) VALUES ('optimize')"))
      // The log still holds the pages as they were.
      checkpoint()
      await write(() => run('DELETE FROM scrubs WHERE seq <= ?', last))
      return true
    },
  }

  function checkpoint(): void {
    const { busy } = one('PRAGMA wal_checkpoint(TRUNCATE)') as Row
    if (busy === 1) {
      throw new MemoryError('storage-busy', 'Another program reads the database; it is cleaned up later.')
    }
  }
}

/** Inside a transaction of the caller's: removes sessions with all that hangs on them, and counts it. */
export function removeSessions(database: Database, keys: number[]): Forgotten {
  const { one, run } = database
  if (keys.length === 0) return NOTHING
  const list = JSON.stringify(keys)
  const count = one(
    `SELECT (SELECT count(*) FROM messages WHERE session_key IN (SELECT value FROM json_each(?1))) AS messages,
       (SELECT count(*) FROM summaries WHERE session_key IN (SELECT value FROM json_each(?1)))
       + (SELECT count(*) FROM undone_summaries WHERE session_key IN (SELECT value FROM json_each(?1))) AS summaries,
       (SELECT count(*) FROM runs WHERE session_key IN (SELECT value FROM json_each(?1))) AS runs`,
    list,
  ) as Pick<Forgotten, 'messages' | 'summaries' | 'runs'>
  run('DELETE FROM sessions WHERE key IN (SELECT value FROM json_each(?))', list)
  askForScrub(database)
  return { sessions: keys.length, ...count, receipts: 0 }
}

/** In the transaction that removes: a crash between the two must not leave it readable for ever. */
const askForScrub = ({ run }: Database) => run('INSERT INTO scrubs DEFAULT VALUES')
