import type { ForgetStore, Forgotten } from '../forget-store.ts'
import { keyNamespace } from '../key-store.ts'
import { receiptWithout } from '../receipts.ts'
import { type MessageRow, type SessionRow, TITLE_DEPTH, toMessage } from '../rows.ts'
import type { Receipt } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { bumpGeneration, findMessage, findSession, lockSession } from './tree.ts'

const NOTHING: Forgotten = { sessions: 0, messages: 0, summaries: 0, receipts: 0, runs: 0 }

/** What holds text of a person's, or words of it. */
const TABLES = [
  'sessions',
  'messages',
  'message_index',
  'embeddings',
  'summaries',
  'undone_summaries',
  'run_chunks',
  'settings',
  'api_keys',
]

/** Tables as large as this are not written anew for a forget: their free space is overwritten as it is used. */
const FULL_UP_TO_BYTES = 256 * 1024 * 1024

export function forgettingMethods({ read, write, vacuum }: Database): ForgetStore {
  return {
    previewForget: (ref, messageId) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        const message = session && (await findMessage(db, session.key, messageId))
        if (!session || !message) return null
        const going = await goingWith(db, session, message)
        return { ...countOf(going), summaryIds: going.summaryIds }
      }),

    forgetMessage: (ref, messageId, titleOf) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        const message = session && (await findMessage(db, session.key, messageId))
        if (!session || !message) return null
        const { key } = session
        const going = await goingWith(db, session, message)
        const inTitle = session.titleSource !== 'person' && (await depthOf(db, key, message)) <= TITLE_DEPTH
        const { summaryIds, undoneIds } = going
        await db.run(
          'DELETE FROM summaries WHERE session_key = $1 AND id = ANY ($2::text[])',
          key,
          summaryIds,
        )
        await db.run(
          'DELETE FROM undone_summaries WHERE session_key = $1 AND id = ANY ($2::text[])',
          key,
          undoneIds,
        )
        for (const { seq, receipt } of going.receipts)
          await db.run('UPDATE messages SET receipt = $1 WHERE seq = $2', JSON.stringify(receipt), seq)
        await db.run(
          'UPDATE runs SET stop_requested = 1 WHERE session_key = $1 AND prompt_id = $2 AND ended_at IS NULL',
          key,
          messageId,
        )
        await db.run('DELETE FROM runs WHERE session_key = $1 AND message_id = $2', key, messageId)
        await db.run(
          'UPDATE messages SET parent_id = $1 WHERE session_key = $2 AND parent_id = $3',
          message.parentId,
          key,
          messageId,
        )
        if (session.headId === messageId)
          await db.run('UPDATE sessions SET head_id = $1 WHERE key = $2', message.parentId, key)
        await db.run('DELETE FROM messages WHERE seq = $1', message.seq)
        if (titleOf && inTitle) await nameAnew(db, key, titleOf)
        await bumpGeneration(db, key)
        await askForScrub(db)
        return countOf(going)
      }),

    forgetSession: ({ namespace, sessionId }) =>
      write(async (db) => {
        const row = await db.one(
          'SELECT key FROM sessions WHERE namespace = $1 AND id = $2 FOR UPDATE',
          namespace,
          sessionId,
        )
        return row ? removeSessions(db, [row.key as number]) : null
      }),

    forgetEverything: (owner) =>
      write(async (db) => {
        const keys = await db.all('SELECT id FROM api_keys WHERE owner = $1', owner)
        const namespaces = [owner, ...keys.map((row) => keyNamespace(row.id as string))]
        const sessions = await db.all(
          'SELECT key FROM sessions WHERE namespace = ANY ($1::text[]) FOR UPDATE',
          namespaces,
        )
        await db.run('DELETE FROM settings WHERE namespace = $1', owner)
        await db.run('DELETE FROM api_keys WHERE owner = $1', owner)
        await askForScrub(db)
        return removeSessions(
          db,
          sessions.map((row) => row.key as number),
        )
      }),

    async scrub() {
      const asked = await read(async ({ one }) => {
        const last = (await one('SELECT max(seq) AS last FROM scrubs'))?.last as number | null
        const sizes = TABLES.map((table) => `pg_total_relation_size('${table}')`).join(' + ')
        const { size } = (await one(`SELECT (${sizes})::bigint AS size`)) as { size: number }
        return { last, size }
      })
      if (asked.last === null) return false
      const { last, size } = asked
      await vacuum(TABLES, { full: size <= FULL_UP_TO_BYTES })
      await write(({ run }) => run('DELETE FROM scrubs WHERE seq <= $1', last))
      return true
    },
  }
}

/** Inside a transaction of the caller's: removes sessions with all that hangs on them, and counts it. */
export async function removeSessions(db: Queries, keys: number[]): Promise<Forgotten> {
  if (keys.length === 0) return NOTHING
  const list = keys.map(String)
  const count = (await db.one(
    `SELECT (SELECT count(*) FROM messages WHERE session_key = ANY ($1::bigint[])) AS messages,
       (SELECT count(*) FROM summaries WHERE session_key = ANY ($1::bigint[]))
       + (SELECT count(*) FROM undone_summaries WHERE session_key = ANY ($1::bigint[])) AS summaries,
       (SELECT count(*) FROM runs WHERE session_key = ANY ($1::bigint[])) AS runs`,
    list,
  )) as Pick<Forgotten, 'messages' | 'summaries' | 'runs'>
  await db.run('DELETE FROM sessions WHERE key = ANY ($1::bigint[])', list)
  await askForScrub(db)
  return { sessions: keys.length, ...count, receipts: 0 }
}

/** In the transaction that removes: a crash between the two must not leave it readable for ever. */
const askForScrub = ({ run }: Queries) => run('INSERT INTO scrubs DEFAULT VALUES')

type Going = {
  summaryIds: string[]
  undoneIds: string[]
  receipts: { seq: number; receipt: Receipt }[]
  runs: number
}

async function goingWith(db: Queries, session: SessionRow, message: MessageRow): Promise<Going> {
  const { runs } = (await db.one(
    'SELECT count(*) AS runs FROM runs WHERE session_key = $1 AND message_id = $2',
    session.key,
    message.id,
  )) as { runs: number }
  return {
    summaryIds: await coveredBy(db, 'summaries', session.key, message.id),
    undoneIds: await coveredBy(db, 'undone_summaries', session.key, message.id),
    receipts: await receiptsNaming(db, session, message),
    runs,
  }
}

const countOf = ({ summaryIds, undoneIds, receipts, runs }: Going): Forgotten => ({
  sessions: 0,
  messages: 1,
  summaries: summaryIds.length + undoneIds.length,
  receipts: receipts.length,
  runs,
})

/** The summaries, in force or undone, that a message is in, newest first. */
async function coveredBy(
  { all }: Queries,
  table: 'summaries' | 'undone_summaries',
  key: number,
  messageId: string,
): Promise<string[]> {
  const rows = await all(
    `WITH RECURSIVE below (id) AS (
       SELECT id FROM messages WHERE session_key = $1 AND id = $2 UNION ALL
       SELECT m.id FROM below b JOIN messages m ON m.session_key = $1 AND m.parent_id = b.id
     ) SELECT id FROM ${table} WHERE session_key = $1 AND through_id IN (SELECT id FROM below) ORDER BY seq DESC`,
    key,
    messageId,
  )
  return rows.map((row) => row.id as string)
}

/** A reply that names a message is younger than it. An id is unique in its session only. */
async function receiptsNaming({ all }: Queries, session: SessionRow, message: MessageRow) {
  const rows = await all(
    `SELECT m.* FROM sessions s JOIN messages m ON m.session_key = s.key
     WHERE s.namespace = $1 AND m.seq > $2 AND strpos(m.receipt, $3) > 0`,
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

async function nameAnew(db: Queries, key: number, titleOf: (oldest: string | null) => string): Promise<void> {
  const oldest = await db.one(
    "SELECT content FROM messages WHERE session_key = $1 AND role = 'user' ORDER BY seq LIMIT 1",
    key,
  )
  await db.run(
    "UPDATE sessions SET title = $1, title_source = 'first-words' WHERE key = $2",
    titleOf((oldest?.content as string | undefined) ?? null),
    key,
  )
}

/** 1 for a root; no further than it matters for a title. */
async function depthOf(db: Queries, key: number, message: MessageRow): Promise<number> {
  let depth = 1
  for (let each = message; each.parentId; depth++) {
    const parent = depth <= TITLE_DEPTH ? await findMessage(db, key, each.parentId) : null
    if (!parent) return depth
    each = parent
  }
  return depth
}
