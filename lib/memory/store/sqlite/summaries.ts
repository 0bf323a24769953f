import { MemoryError } from '../../errors.ts'
import { summaryValues, toOutline, toPlace, toSummary } from '../rows.ts'
import type { Summary, SummaryStore } from '../store.ts'
import type { Database } from './database.ts'
import { createStanding } from './standing.ts'
import type { Tree } from './tree.ts'

const COLUMNS =
  'seq, session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at'

/** Without the texts: of a long chat they are many megabytes. */
const OUTLINE = `
  SELECT s.id, s.through_id, s.through_position, s.base_id, s.tokens, s.folded, s.source, s.model, s.created_at, m.branch
  FROM summaries s LEFT JOIN messages m ON m.session_key = s.session_key AND m.id = s.through_id
  WHERE s.session_key = ? ORDER BY s.seq DESC`

export function summariesMethods(database: Database, tree: Tree): SummaryStore {
  const { all, one, run, read, write } = database
  const {
    findSession,
    requireSession,
    findMessage,
    findSummary,
    requireWindow,
    pathStretches,
    isOnPath,
    bumpGeneration,
  } = tree
  const { nearestSummaryOf } = createStanding(database, tree)
  const addSummary = (key: number, summary: Summary) => insertSummaryRow(database, key, summary)

  return {
    insertSummary: (ref, summary, fence) =>
      write(() => {
        const session = findSession(ref)
        const through = session && findMessage(session.key, summary.throughId)
        if (!session || !through || session.generation !== fence.generation) return false
        if (!one('SELECT 1 FROM jobs WHERE id = ? AND lease = ?', fence.jobId, fence.lease)) return false
        const current = nearestSummaryOf(session.key, through)
        if ((current?.id ?? null) !== fence.currentId) return false
        addSummary(session.key, { ...summary, throughPosition: through.position })
        run('UPDATE jobs SET rebuild = 0 WHERE id = ?', fence.jobId)
        return true
      }),

    replaceContext: (ref, { currentId, ...context }) =>
      write(() => {
        const session = requireSession(ref)
        const current = requireWindow(session.key, session.headId).summary
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
        addSummary(session.key, summary)
        bumpGeneration(session.key)
        return summary
      }),

    deleteSummary: (ref, summaryId) =>
      write(() => {
        const session = findSession(ref)
        if (!session || !findSummary(session.key, summaryId)) return false
        const grown = `WITH RECURSIVE grown (id) AS (
          SELECT ?2 UNION ALL
          SELECT s.id FROM grown g JOIN summaries s ON s.session_key = ?1 AND s.base_id = g.id
        )`
        run(
          `${grown} INSERT INTO undone_summaries (${COLUMNS}, undone_with)
           SELECT ${COLUMNS}, ?2 FROM summaries WHERE session_key = ?1 AND id IN (SELECT id FROM grown)`,
          session.key,
          summaryId,
        )
        run(
          `${grown} DELETE FROM summaries WHERE session_key = ?1 AND id IN (SELECT id FROM grown)`,
          session.key,
          summaryId,
        )
        return bumpGeneration(session.key) > 0
      }),

    restoreSummary: (ref, summaryId) =>
      write(() => {
        const session = findSession(ref)
        if (!session) return false
        const restored = run(
          `INSERT INTO summaries (${COLUMNS})
           SELECT ${COLUMNS} FROM undone_summaries WHERE session_key = ? AND undone_with = ?`,
          session.key,
          summaryId,
        )
        run('DELETE FROM undone_summaries WHERE session_key = ? AND undone_with = ?', session.key, summaryId)
        return restored > 0 && bumpGeneration(session.key) > 0
      }),

    getSummary: (ref, summaryId) =>
      read(() => {
        const session = findSession(ref)
        const summary = session && findSummary(session.key, summaryId)
        if (!session || summary) return summary && { ...summary, undone: false }
        const row = one(
          'SELECT * FROM undone_summaries WHERE session_key = ? AND id = ?',
          session.key,
          summaryId,
        )
        return row ? { ...toSummary(row), undone: true } : null
      }),

    summariesAt: (ref, messageIds) =>
      read(() => {
        const session = findSession(ref)
        if (!session) return new Map()
        const rows = all(
          `SELECT through_id, id FROM summaries
           WHERE session_key = ? AND through_id IN (SELECT value FROM json_each(?)) ORDER BY seq`,
          session.key,
          JSON.stringify(messageIds),
        )
        return new Map(rows.map((row) => [row.through_id as string, row.id as string]))
      }),

    listSummaries: (ref) =>
      read(() => {
        const { key } = requireSession(ref)
        return all('SELECT * FROM summaries WHERE session_key = ? ORDER BY seq DESC', key).map(toSummary)
      }),

    outlineSummaries: (ref) =>
      read(() => {
        const session = requireSession(ref)
        const head = findMessage(session.key, session.headId)
        const path = head ? pathStretches(session.key, head) : []
        return all(OUTLINE, session.key)
          .filter((row) => row.branch === null || isOnPath(toPlace(row), path))
          .map(toOutline)
      }),
  }
}

/** Inside a transaction of the caller's. */
export function insertSummaryRow({ run }: Database, key: number, summary: Summary): void {
  run(
    `INSERT INTO summaries (session_key, id, through_id, through_position, base_id, context, tokens, folded, source, model, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...summaryValues(key, summary),
  )
}
