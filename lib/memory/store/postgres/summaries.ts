import { MemoryError } from '../../errors.ts'
import { summaryValues, toOutline, toPlace, toSummary } from '../rows.ts'
import { isOnPath } from '../search-scope.ts'
import type { Summary, SummaryStore } from '../store.ts'
import type { Database, Queries } from './database.ts'
import {
  bumpGeneration,
  findMessage,
  findSession,
  lockSession,
  pathStretches,
  requireLocked,
  requireSession,
  requireWindow,
} from './tree.ts'

const COLUMNS =
  'seq, session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at'

/** Without the texts: of a long chat they are many megabytes. */
const OUTLINE = `
  SELECT s.id, s.through_id, s.through_position, s.base_id, s.tokens, s.folded, s.source, s.model, s.created_at, m.branch
  FROM summaries s LEFT JOIN messages m ON m.session_key = s.session_key AND m.id = s.through_id
  WHERE s.session_key = $1 ORDER BY s.seq DESC`

export function summariesMethods({ read, write }: Database): SummaryStore {
  return {
    insertSummary: (ref, summary, fence) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        const through = session && (await findMessage(db, session.key, summary.throughId))
        if (!session || !through || session.generation !== fence.generation) return false
        const held = 'SELECT 1 AS found FROM jobs WHERE id = $1 AND lease = $2 FOR SHARE'
        if (!(await db.one(held, fence.jobId, fence.lease))) return false
        const current = (await requireWindow(db, session.key, through.id)).summary
        if ((current?.id ?? null) !== fence.currentId) return false
        await insertSummaryRow(db, session.key, { ...summary, throughPosition: through.position })
        await db.run('UPDATE jobs SET rebuild = 0 WHERE id = $1', fence.jobId)
        return true
      }),

    replaceContext: (ref, { currentId, ...context }) =>
      write(async (db) => {
        const session = await requireLocked(db, ref)
        const current = (await requireWindow(db, session.key, session.headId)).summary
        if (currentId !== undefined && currentId !== (current?.id ?? null)) {
          throw new MemoryError('conflict', 'The summary has changed meanwhile. Look at it again.')
        }
        const summary: Summary = {
          ...context,
          throughId: current?.throughId ?? null,
          throughPosition: current?.throughPosition ?? 0,
          baseId: current?.id ?? null,
          folded: 0,
          model: null,
        }
        await insertSummaryRow(db, session.key, summary)
        await bumpGeneration(db, session.key)
        return summary
      }),

    deleteSummary: (ref, summaryId) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        if (!session) return false
        const moved = await db.run(
          `WITH RECURSIVE grown (id) AS (
             SELECT id FROM summaries WHERE session_key = $1 AND id = $2 UNION ALL
             SELECT s.id FROM grown g JOIN summaries s ON s.session_key = $1 AND s.base_id = g.id
           ), gone AS (
             DELETE FROM summaries WHERE session_key = $1 AND id IN (SELECT id FROM grown) RETURNING ${COLUMNS}
           ) INSERT INTO undone_summaries (${COLUMNS}, undone_with) SELECT ${COLUMNS}, $2::text FROM gone`,
          session.key,
          summaryId,
        )
        return moved > 0 && (await bumpGeneration(db, session.key)) > 0
      }),

    restoreSummary: (ref, summaryId) =>
      write(async (db) => {
        const session = await lockSession(db, ref)
        if (!session) return false
        const restored = await db.run(
          `WITH back AS (
             DELETE FROM undone_summaries WHERE session_key = $1 AND undone_with = $2 RETURNING ${COLUMNS}
           ) INSERT INTO summaries (${COLUMNS}) OVERRIDING SYSTEM VALUE SELECT ${COLUMNS} FROM back`,
          session.key,
          summaryId,
        )
        return restored > 0 && (await bumpGeneration(db, session.key)) > 0
      }),

    getSummary: (ref, summaryId) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return null
        for (const table of ['summaries', 'undone_summaries']) {
          const sql = `SELECT * FROM ${table} WHERE session_key = $1 AND id = $2`
          const row = await db.one(sql, session.key, summaryId)
          if (row) return { ...toSummary(row), undone: table === 'undone_summaries' }
        }
        return null
      }),

    summariesAt: (ref, messageIds) =>
      read(async (db) => {
        const session = await findSession(db, ref)
        if (!session) return new Map()
        const rows = await db.all(
          'SELECT through_id, id FROM summaries WHERE session_key = $1 AND through_id = ANY ($2::text[]) ORDER BY seq',
          session.key,
          messageIds,
        )
        return new Map(rows.map((row) => [row.through_id as string, row.id as string]))
      }),

    listSummaries: (ref) =>
      read(async (db) => {
        const { key } = await requireSession(db, ref)
        const rows = await db.all('SELECT * FROM summaries WHERE session_key = $1 ORDER BY seq DESC', key)
        return rows.map(toSummary)
      }),

    outlineSummaries: (ref) =>
      read(async (db) => {
        const { key, headId } = await requireSession(db, ref)
        const head = await findMessage(db, key, headId)
        const path = head ? await pathStretches(db, key, head) : []
        const rows = await db.all(OUTLINE, key)
        return rows.filter((row) => row.branch === null || isOnPath(toPlace(row), path)).map(toOutline)
      }),
  }
}

/** Inside a transaction of the caller's. */
export async function insertSummaryRow({ run }: Queries, key: number, summary: Summary): Promise<void> {
  await run(
    `INSERT INTO summaries (session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    ...summaryValues(key, summary),
  )
}
