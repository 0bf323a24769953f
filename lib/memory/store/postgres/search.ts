import { bareMessage, type MessageRow, type Row, toMessage } from '../rows.ts'
import type { FoundMessage, SearchStore } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { anyOf, eachByStart, tagOf } from './index-words.ts'
import { findMessage, findSession, isOnPath, pathStretches, type Stretch } from './tree.ts'

/** Hits looked at before those of other branches fall away. */
const CANDIDATES = 200

export function searchMethods({ read }: Database): SearchStore {
  return {
    searchMessages: (scope, { terms, limit }) =>
      read(async (db) => {
        const words = anyOf(terms)
        if (words === '') return []
        const candidates = Math.max(limit, CANDIDATES)
        if ('namespaces' in scope) {
          const exceptKey = (scope.except && (await findSession(db, scope.except))?.key) ?? 0
          const rows = await findInNamespaces(db, scope.namespaces, words, exceptKey, candidates)
          return (await shown(db, rows)).slice(0, limit).map(toFound)
        }
        const session = await findSession(db, scope.ref)
        if (!session) return []
        const headId = scope.headId ?? session.headId
        const throughPosition = scope.throughPosition ?? Number.MAX_SAFE_INTEGER
        const rows = await findInSession(db, session.key, words, throughPosition, candidates)
        const onPath = await shown(
          db,
          rows.map((row) => ({ ...row, head_id: headId })),
        )
        return onPath.slice(0, limit).map(toFound)
      }),

    findMessages: (namespaces, { words, limit }) =>
      read(async ({ all }) => {
        const query = eachByStart(words)
        if (query === '' || namespaces.length === 0) return []
        const rows = await all(
          `SELECT m.*, s.namespace, s.id AS session_id, 1 AS score
           FROM message_index i JOIN messages m ON m.seq = i.seq JOIN sessions s ON s.key = m.session_key
           WHERE i.words @@ ($2::tsquery && to_tsquery('words', $1)) AND s.namespace = ANY ($3::text[])
             AND s.deleted_at IS NULL AND s.temporary = 0
           ORDER BY m.created_at DESC, m.seq DESC LIMIT $4`,
          query,
          namespaceTags(namespaces),
          namespaces,
          limit,
        )
        return rows.map(toFound)
      }),
  }
}

function findInSession({ all }: Queries, key: number, words: string, throughPosition: number, limit: number) {
  return all(
    `SELECT m.*, s.namespace, s.id AS session_id, ts_rank(i.words, to_tsquery('words', $1)) AS score
     FROM message_index i JOIN messages m ON m.seq = i.seq JOIN sessions s ON s.key = m.session_key
     WHERE i.words @@ ($2::tsquery && to_tsquery('words', $1)) AND m.session_key = $3 AND m.position <= $4
     ORDER BY score DESC, m.seq DESC LIMIT $5`,
    words,
    `'${tagOf('session', key)}'`,
    key,
    throughPosition,
    limit,
  )
}

async function findInNamespaces(
  { all }: Queries,
  namespaces: string[],
  words: string,
  exceptKey: number,
  limit: number,
) {
  if (namespaces.length === 0) return []
  return all(
    `SELECT m.*, s.namespace, s.id AS session_id, s.head_id, ts_rank(i.words, to_tsquery('words', $1)) AS score
     FROM message_index i JOIN messages m ON m.seq = i.seq JOIN sessions s ON s.key = m.session_key
     WHERE i.words @@ ($2::tsquery && to_tsquery('words', $1)) AND s.namespace = ANY ($3::text[])
       AND s.deleted_at IS NULL AND s.temporary = 0 AND s.key <> $4
     ORDER BY score DESC, m.seq DESC LIMIT $5`,
    words,
    namespaceTags(namespaces),
    namespaces,
    exceptKey,
    limit,
  )
}

const namespaceTags = (namespaces: string[]) =>
  namespaces.map((namespace) => `'${tagOf('namespace', namespace)}'`).join(' | ')

/** Those rows that are on the shown path of their session; each path is walked once. */
async function shown(db: Queries, rows: Row[]): Promise<Row[]> {
  const paths = new Map<number, Stretch[]>()
  const kept: Row[] = []
  for (const row of rows) {
    const key = row.session_key as number
    const path = paths.get(key) ?? (await pathOf(db, key, row.head_id as string | null))
    paths.set(key, path)
    if (isOnPath(toMessage(row) satisfies MessageRow, path)) kept.push(row)
  }
  return kept
}

async function pathOf(db: Queries, key: number, headId: string | null): Promise<Stretch[]> {
  const head = await findMessage(db, key, headId)
  return head ? pathStretches(db, key, head) : []
}

const toFound = (row: Row): FoundMessage => ({
  ...bareMessage(toMessage(row)),
  namespace: row.namespace as string,
  sessionId: row.session_id as string,
  score: row.score as number,
})
