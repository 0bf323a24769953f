import { toSummary } from '../rows.ts'
import type { Summary, SummaryStore } from '../store.ts'
import type { Database, Queries } from './database.ts'
import {
  bumpGeneration,
  findMessage,
  lockSession,
  requireLocked,
  requireSession,
  requireWindow,
} from './tree.ts'

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
        return true
      }),

    replaceContext: (ref, context) =>
      write(async (db) => {
        const session = await requireLocked(db, ref)
        const current = (await requireWindow(db, session.key, session.headId)).summary
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
        const gone = await db.run(
          `WITH RECURSIVE grown (id) AS (
             SELECT id FROM summaries WHERE session_key = $1 AND id = $2 UNION ALL
             SELECT s.id FROM grown g JOIN summaries s ON s.session_key = $1 AND s.base_id = g.id
           ) DELETE FROM summaries WHERE session_key = $1 AND id IN (SELECT id FROM grown)`,
          session.key,
          summaryId,
        )
        return gone > 0 && (await bumpGeneration(db, session.key)) > 0
      }),

    listSummaries: (ref) =>
      read(async (db) => {
        const { key } = await requireSession(db, ref)
        return (await db.all('SELECT * FROM summaries WHERE session_key = $1 ORDER BY seq DESC', key)).map(
          toSummary,
        )
      }),
  }
}

/** Inside a transaction of the caller's. */
export async function insertSummaryRow({ run }: Queries, key: number, summary: Summary): Promise<void> {
  await run(
    `INSERT INTO summaries (session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    key,
    summary.id,
    summary.throughId,
    summary.throughPosition,
    summary.baseId,
    summary.context,
    summary.tokens,
    summary.folded,
    summary.source,
    summary.model,
    summary.createdAt,
  )
}
