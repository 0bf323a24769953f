import { toSummary } from '../rows.ts'
import type { Summary, SummaryStore } from '../store.ts'
import type { Database } from './database.ts'
import type { Tree } from './tree.ts'

export function summariesMethods(database: Database, tree: Tree): SummaryStore {
  const { all, one, run, read, write } = database
  const { findSession, requireSession, findMessage, findSummary, requireWindow, bumpGeneration } = tree
  const addSummary = (key: number, summary: Summary) => insertSummaryRow(database, key, summary)

  return {
    insertSummary: (ref, summary, fence) =>
      write(() => {
        const session = findSession(ref)
        const through = session && findMessage(session.key, summary.throughId)
        if (!session || !through || session.generation !== fence.generation) return false
        if (!one('SELECT 1 FROM jobs WHERE id = ? AND lease = ?', fence.jobId, fence.lease)) return false
        const current = requireWindow(session.key, through.id).summary
        if ((current?.id ?? null) !== fence.currentId) return false
        addSummary(session.key, { ...summary, throughPosition: through.position })
        return true
      }),

    replaceContext: (ref, context) =>
      write(() => {
        const session = requireSession(ref)
        const current = requireWindow(session.key, session.headId).summary
        const summary: Summary = {
          ...context,
          throughId: current?.throughId ?? null,
          throughPosition: current?.throughPosition ?? 0,
          baseId: current?.id ?? null,
          folded: 0,
          model: null,
        }
        addSummary(session.key, summary)
        bumpGeneration(session.key)
        return summary
      }),

    deleteSummary: (ref, summaryId) =>
      write(() => {
        const session = findSession(ref)
        if (!session || !findSummary(session.key, summaryId)) return false
        run(
          `WITH RECURSIVE grown (id) AS (
             SELECT ?2 UNION ALL
             SELECT s.id FROM grown g JOIN summaries s ON s.session_key = ?1 AND s.base_id = g.id
           ) DELETE FROM summaries WHERE session_key = ?1 AND id IN (SELECT id FROM grown)`,
          session.key,
          summaryId,
        )
        return bumpGeneration(session.key) > 0
      }),

    listSummaries: (ref) =>
      read(() => {
        const session = requireSession(ref)
        return all('SELECT * FROM summaries WHERE session_key = ? ORDER BY seq DESC', session.key).map(
          toSummary,
        )
      }),
  }
}

/** Inside a transaction of the caller's. */
export function insertSummaryRow({ run }: Database, key: number, summary: Summary): void {
  run(
    `INSERT INTO summaries (session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
