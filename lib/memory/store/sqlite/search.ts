import { bareMessage, toMessage } from '../rows.ts'
import type { FoundMessage, SearchStore } from '../store.ts'
import type { Database, Row } from './database.ts'
import { type Stretch, type Tree, tagOf } from './tree.ts'

/** Hits looked at before those of other branches fall away. */
const CANDIDATES = 200

export function searchMethods(database: Database, tree: Tree): SearchStore {
  const { all, one, read } = database
  const { findSession, findMessage, pathStretches, isOnPath } = tree

  function findInSession(sessionKey: number, words: string, throughPosition: number, limit: number): Row[] {
    return all(
      `SELECT m.seq, m.session_key, m.branch, m.position, -bm25(message_index, 1.0, 0.0) AS score
       FROM message_index i JOIN messages m ON m.seq = i.rowid
       WHERE message_index MATCH ? AND m.session_key = ? AND m.position <= ?
       ORDER BY score DESC, m.seq DESC LIMIT ?`,
      `tag : ${tagOf(sessionKey)} AND content : (${words})`,
      sessionKey,
      throughPosition,
      limit,
    )
  }

  function findInNamespaces(namespaces: string[], words: string, exceptKey: number, limit: number): Row[] {
    return all(
      `SELECT m.seq, m.session_key, m.branch, m.position, s.head_id, -bm25(message_index, 1.0, 0.0) AS score
       FROM message_index i JOIN messages m ON m.seq = i.rowid JOIN sessions s ON s.key = m.session_key
       WHERE message_index MATCH ? AND s.namespace IN (SELECT value FROM json_each(?))
         AND s.deleted_at IS NULL AND s.temporary = 0 AND s.key <> ?
       ORDER BY score DESC, m.seq DESC LIMIT ?`,
      `content : (${words})`,
      JSON.stringify(namespaces),
      exceptKey,
      limit,
    )
  }

  /** The whole message of a candidate; candidates themselves hold only what ranks and places them. */
  function wholeHit({ seq, score }: Row): FoundMessage {
    const row = one(
      `SELECT m.*, s.namespace, s.id AS session_id FROM messages m JOIN sessions s ON s.key = m.session_key
       WHERE m.seq = ?`,
      seq as number,
    )
    return toFound({ ...row, score: score as number })
  }

  /** Answers whether a row is on the shown path of its session; walks each path once. */
  function shownPaths(): (row: Row) => boolean {
    const paths = new Map<number, Stretch[]>()
    return (row) => {
      const key = row.session_key as number
      const head = paths.has(key) ? null : findMessage(key, row.head_id as string | null)
      const path = paths.get(key) ?? (head ? pathStretches(key, head) : [])
      paths.set(key, path)
      return isOnPath({ branch: row.branch as number, position: row.position as number }, path)
    }
  }

  return {
    searchMessages: (scope, { terms, limit }) =>
      read(() => {
        if (terms.length === 0) return []
        const words = terms.map(quoted).join(' OR ')
        const candidates = Math.max(limit, CANDIDATES)
        const isShown = shownPaths()
        if ('namespaces' in scope) {
          const exceptKey = (scope.except && findSession(scope.except)?.key) ?? 0
          return findInNamespaces(scope.namespaces, words, exceptKey, candidates)
            .filter(isShown)
            .slice(0, limit)
            .map(wholeHit)
        }
        const session = findSession(scope.ref)
        const headId = scope.headId ?? session?.headId ?? null
        if (!session) return []
        const throughPosition = scope.throughPosition ?? Number.MAX_SAFE_INTEGER
        return findInSession(session.key, words, throughPosition, candidates)
          .filter((row) => isShown({ ...row, head_id: headId }))
          .slice(0, limit)
          .map(wholeHit)
      }),

    findMessages: (namespaces, { words, limit }) =>
      read(() => {
        if (words.length === 0 || words.some((alternatives) => alternatives.length === 0)) return []
        const query = words
          .map((alternatives) => `(${alternatives.map((start) => `${quoted(start)} *`).join(' OR ')})`)
          .join(' AND ')
        return all(
          `SELECT m.*, s.namespace, s.id AS session_id, 1.0 AS score
           FROM message_index i JOIN messages m ON m.seq = i.rowid JOIN sessions s ON s.key = m.session_key
           WHERE message_index MATCH ? AND s.namespace IN (SELECT value FROM json_each(?))
             AND s.deleted_at IS NULL AND s.temporary = 0
           ORDER BY m.created_at DESC, m.seq DESC LIMIT ?`,
          `content : (${query})`,
          JSON.stringify(namespaces),
          limit,
        ).map(toFound)
      }),
  }
}

const quoted = (term: string) => `"${term.replaceAll('"', '""')}"`

const toFound = (row: Row): FoundMessage => ({
  ...bareMessage(toMessage(row)),
  namespace: row.namespace as string,
  sessionId: row.session_id as string,
  score: row.score as number,
})
