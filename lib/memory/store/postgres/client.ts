import type { ClientMemory, ClientStore, Save } from '../client-store.ts'
import {
  bare,
  bareMessage,
  type MessageRow,
  type Row,
  type SessionRow,
  toClientMessage,
  toMessage,
  toSummary,
} from '../rows.ts'
import type { SessionRef } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { removeSessions } from './forgetting.ts'
import { addJobs } from './jobs.ts'
import { insertSummaryRow } from './summaries.ts'
import {
  bumpGeneration,
  createSession,
  findMessage,
  findSession,
  insertMessage,
  lockSession,
  pathStretches,
  requireSession,
} from './tree.ts'

const EMPTY: ClientMemory = { messages: [], context: null, tokens: 0 }

const COLUMNS = 'id, role, content, name, by_chat, created_at, position'

/** A reply that has no text says nothing to a program; a program's own empty message does. */
const SAID = "status <> 'streaming' AND (content <> '' OR by_chat = 0)"

export function clientMethods({ read, write }: Database): ClientStore {
  return {
    saveMessages: (ref, save) =>
      write(async (db) => {
        const { named, at } = save
        const found = await lockSession(db, ref)
        const before = found && named && (await findSave(db, found.key, named.id))
        if (before) return before.hash === named.hash ? 'repeated' : 'conflict'
        const session = found ?? (await createInPlace(db, ref, save))
        if (save.mark && (await isUnanswered(db, session.key, save.mark, at))) return 'repeated'
        let head = await findMessage(db, session.key, session.headId)
        for (const message of save.messages) head = await insertMessage(db, session, head, message)
        const nearest = await nearestSummary(db, session.key, head)
        const summary = nearest && toSummary(nearest)
        if (save.context && save.context.text !== summary?.context) {
          await setContext(db, session, summary, save.context, at)
        }
        if (named) {
          const sql = 'INSERT INTO saves (session_key, id, hash, created_at) VALUES ($1, $2, $3, $4)'
          await db.run(sql, session.key, named.id, named.hash, at)
        }
        await db.run(
          `WITH listed AS (INSERT INTO more_labels (label, session_key)
             SELECT $3, key FROM sessions WHERE key = $4 AND label <> $3 ON CONFLICT DO NOTHING)
           UPDATE sessions SET head_id = $1, updated_at = greatest(updated_at, $2) WHERE key = $4`,
          head?.id ?? null,
          at,
          save.label,
          session.key,
        )
        await addJobs(db, session.key, save.jobs ?? [])
        const window = (head?.position ?? 0) - (summary?.throughPosition ?? 0)
        if (window <= save.maxWindow) return 'saved'
        await addJobs(db, session.key, [{ kind: 'compaction', dueAt: save.compactionAt }])
        return 'compacting'
      }),

    readMemory: (ref, limit) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return EMPTY
        const head = await findMessage(db, session.key, session.headId)
        const summary = await nearestSummary(db, session.key, head)
        const messages = await newestMessages(
          db,
          session.key,
          head,
          Number(summary?.through_position ?? 0),
          limit,
        )
        return {
          messages: messages.map(toClientMessage),
          context: (summary?.context as string | undefined) ?? null,
          // What a program gave cost no tokens.
          tokens: summary && summary.source !== 'client' ? (summary.tokens as number) : 0,
        }
      }),

    getWindowStart: (ref, limit) =>
      read(async (db) => {
        const session = await requireSession(db, ref)
        const head = await findMessage(db, session.key, session.headId)
        const summary = await nearestSummary(db, session.key, head)
        const after = (summary?.through_position as number | undefined) ?? 0
        const rows = head
          ? await oldestFirst(db, session.key, head, { after, limit, columns: '*', where: 'TRUE' })
          : []
        return {
          session: bare(session),
          messages: rows.map((row) => bareMessage(toMessage(row))),
          summary: summary && toSummary(summary),
        }
      }),

    readLog: (ref, { after, limit }) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        const head = session && (await findMessage(db, session.key, session.headId))
        if (!head) return { messages: [], next: null }
        const rows = await oldestFirst(db, session.key, head, {
          after,
          limit: limit + 1,
          columns: COLUMNS,
          where: SAID,
        })
        const page = rows.slice(0, limit)
        const last = page.at(-1)?.position as number | undefined
        return { messages: page.map(toClientMessage), next: rows.length > limit ? (last ?? null) : null }
      }),

    listLabelled: (namespace, { label, limit, offset }) =>
      read(async ({ all }) => {
        const rows = await all(
          `SELECT id, updated_at FROM sessions WHERE namespace = $1 AND label = $2 AND deleted_at IS NULL
           UNION ALL SELECT s.id, s.updated_at FROM more_labels m JOIN sessions s ON s.key = m.session_key
           WHERE m.label = $2 AND s.namespace = $1 AND s.label <> $2 AND s.deleted_at IS NULL
           ORDER BY updated_at, id LIMIT $3 OFFSET $4`,
          namespace,
          label,
          limit,
          offset,
        )
        return rows.map((row) => row.id as string)
      }),

    markAnswered: (marks) =>
      write(async ({ run }) => {
        await run('DELETE FROM unanswered_saves WHERE mark = ANY ($1::text[])', marks)
      }),

    pruneSaves: (before) =>
      write(async ({ run }) => {
        await run('DELETE FROM unanswered_saves WHERE created_at < $1', before)
        return run('DELETE FROM saves WHERE created_at < $1', before)
      }),
  }
}

async function findSave({ one }: Queries, key: number, id: string): Promise<{ hash: string } | undefined> {
  const row = await one('SELECT hash FROM saves WHERE session_key = $1 AND id = $2', key, id)
  return row && { hash: row.hash as string }
}

/** Whether an equal save waits for its answer; from now on this one does. */
async function isUnanswered(
  { one }: Queries,
  key: number,
  { id, since, before }: NonNullable<Save['mark']>,
  at: number,
): Promise<boolean> {
  // What RETURNING selects is as it was before.
  const row = await one(
    `INSERT INTO unanswered_saves (mark, session_key, created_at) VALUES ($1, $2, $3)
     ON CONFLICT (mark) DO UPDATE SET created_at = excluded.created_at
     RETURNING (SELECT u.created_at FROM unanswered_saves u WHERE u.mark = $1) AS stored`,
    id,
    key,
    at,
  )
  const stored = row?.stored as number | null
  return stored !== null && stored >= since && stored <= before
}

/** A deleted session that could still be restored gives way: a save is never refused. */
async function createInPlace(db: Queries, ref: SessionRef, { title, label, at }: Save): Promise<SessionRow> {
  const deleted = await db.all(
    'SELECT key FROM sessions WHERE namespace = $1 AND id = $2 AND deleted_at IS NOT NULL FOR UPDATE',
    ref.namespace,
    ref.sessionId,
  )
  if (deleted.length > 0)
    await removeSessions(
      db,
      deleted.map((row) => row.key as number),
    )
  return createSession(db, ref, { title, label }, at)
}

async function setContext(
  db: Queries,
  session: SessionRow,
  current: { id: string; throughId: string | null; throughPosition: number } | null,
  { id, text, tokens }: NonNullable<Save['context']>,
  at: number,
): Promise<void> {
  await insertSummaryRow(db, session.key, {
    id,
    context: text,
    tokens,
    throughId: current?.throughId ?? null,
    throughPosition: current?.throughPosition ?? 0,
    baseId: current?.id ?? null,
    folded: 0,
    source: 'client',
    model: null,
    createdAt: at,
  })
  await bumpGeneration(db, session.key)
}

/** The summary that covers the path of `head`, found without walking the window. */
async function nearestSummary(db: Queries, key: number, head: MessageRow | null): Promise<Row | null> {
  const stretches = head ? await pathStretches(db, key, head) : []
  const nearest = await db.one(
    `SELECT s.* FROM summaries s LEFT JOIN messages m ON m.session_key = s.session_key AND m.id = s.through_id
     WHERE s.session_key = $1 AND (s.through_id IS NULL OR EXISTS (
       SELECT 1 FROM unnest($2::bigint[], $3::bigint[]) AS path (branch, up_to)
       WHERE m.branch = path.branch AND m.position <= path.up_to))
     ORDER BY s.through_position DESC, s.seq DESC LIMIT 1`,
    key,
    stretches.map(({ branch }) => String(branch)),
    stretches.map(({ upTo }) => String(upTo)),
  )
  return nearest ?? null
}

/** Beyond what is covered, newest first. */
async function newestMessages(
  db: Queries,
  key: number,
  head: MessageRow | null,
  covered: number,
  limit: number,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const { branch, upTo } of head ? await pathStretches(db, key, head) : []) {
    if (rows.length >= limit) break
    const sql = `SELECT ${COLUMNS} FROM messages WHERE session_key = $1 AND branch = $2 AND position <= $3 AND position > $4
      AND ${SAID} ORDER BY position DESC LIMIT $5`
    rows.push(...(await db.all(sql, key, branch, upTo, covered, limit - rows.length)))
  }
  return rows
}

/** The path of `head` beyond position `after`, from there on. */
async function oldestFirst(
  db: Queries,
  key: number,
  head: MessageRow,
  { after, limit, columns, where }: { after: number; limit: number; columns: string; where: string },
): Promise<Row[]> {
  const rows: Row[] = []
  for (const { branch, upTo } of (await pathStretches(db, key, head)).toReversed()) {
    const from = Math.max(after, (rows.at(-1)?.position as number | undefined) ?? 0)
    const sql = `SELECT ${columns} FROM messages WHERE session_key = $1 AND branch = $2 AND position > $3 AND position <= $4
      AND ${where} ORDER BY position LIMIT $5`
    rows.push(...(await db.all(sql, key, branch, from, upTo, limit - rows.length)))
    if (rows.length >= limit) break
  }
  return rows
}
