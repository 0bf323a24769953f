import { bareMessage, toMessage } from '../rows.ts'
import {
  byScore,
  candidatesFor,
  firstOfKinds,
  isInScope,
  standsAt,
  throughOf,
  toFound,
  toHit,
} from '../search-scope.ts'
import type { SearchScope, SearchStore, SessionRef } from '../store.ts'
import type { Database, Row } from './database.ts'
import type { Indexing } from './indexing.ts'
import { namespaceTag, sessionTag } from './search-functions.ts'
import type { Stretch, Tree } from './tree.ts'

/** Words of more messages than this are left out of a question that has rarer ones. */
const MANY = 2000

type Index = 'message_index' | 'reply_index'

export function searchMethods(database: Database, tree: Tree, indexing: Indexing): SearchStore {
  const { all, one, read } = database
  const { findSession, isOnPath } = tree
  const { openScope } = createScopes(database, tree)

  const isMany = (index: Index, query: string) =>
    one(`SELECT count(*) AS n FROM (SELECT 1 FROM ${index} WHERE ${index} MATCH ? LIMIT ${MANY})`, query)
      ?.n === MANY

  /** What many messages say ranks none of them and takes the time of all: a search must not grow with its session. */
  function queryFor(index: Index, tags: string, terms: string[]): string {
    const query = (some: string[]) =>
      `tag : (${tags}) AND {content about} : (${some.map(quoted).join(' OR ')})`
    if (!isMany(index, query(terms))) return query(terms)
    const rare = terms.filter((term) => !isMany(index, query([term])))
    return query(rare.length > 0 ? rare : terms)
  }

  /** Best first by the index's own rank, which is bm25 below 0. */
  const match = (index: Index, query: string, limit: number): Row[] =>
    all(
      `SELECT m.session_key, m.id, m.branch, m.position, m.created_at, -hit.rank AS score,
              ${index === 'reply_index' ? 1 : 0} AS reply
       FROM (SELECT rowid, rank FROM ${index} WHERE ${index} MATCH ? ORDER BY rank LIMIT ?) hit
       JOIN messages m ON m.seq = hit.rowid`,
      query,
      limit,
    )

  function tagsOf(scope: SearchScope): string | null {
    if ('namespaces' in scope) return scope.namespaces.map(namespaceTag).join(' OR ') || null
    const session = findSession(scope.ref)
    return session && sessionTag(session.key)
  }

  function readPlace(key: number, path: Stretch[], position: number): Row | undefined {
    const stretch = path.findLast(({ upTo }) => position <= upTo)
    return (
      stretch &&
      one(
        'SELECT * FROM messages WHERE session_key = ? AND branch = ? AND position = ?',
        key,
        stretch.branch,
        position,
      )
    )
  }

  return {
    async searchMessages(scope, { terms, limit }) {
      await indexing.catchUp()
      return read(() => {
        const tags = tagsOf(scope)
        if (terms.length === 0 || tags === null) return []
        const sessionOf = openScope(scope)
        const shown = (row: Row) => {
          const session = sessionOf(row.session_key as number)
          const at = standsAt(row)
          const isShown = session && at.position <= throughOf(scope) && isOnPath(at, session.path)
          return isShown ? [toHit(row, session)] : []
        }
        const candidates = candidatesFor(scope, limit)
        const rows = (['message_index', 'reply_index'] as const).flatMap((index) =>
          match(index, queryFor(index, tags, terms), candidates),
        )
        return firstOfKinds(rows.flatMap(shown).sort(byScore), limit)
      })
    },

    readPlaces: (scope, places) =>
      read(() => {
        const sessionOf = openScope(scope)
        return places.flatMap(({ namespace, sessionId, position }) => {
          const key = findSession({ namespace, sessionId })?.key
          const session = key === undefined ? null : sessionOf(key)
          if (key === undefined || !session || position > throughOf(scope)) return []
          const row = readPlace(key, session.path, position)
          return row ? [{ ...bareMessage(toMessage(row)), namespace, sessionId }] : []
        })
      }),

    async findMessages(namespaces, { words, limit }) {
      await indexing.catchUp()
      return read(() => {
        if (
          namespaces.length === 0 ||
          words.length === 0 ||
          words.some((alternatives) => alternatives.length === 0)
        )
          return []
        const query = words
          .map((alternatives) => `(${alternatives.map((start) => `${quoted(start)} *`).join(' OR ')})`)
          .join(' AND ')
        return all(
          `SELECT m.*, s.namespace, s.id AS session_id, 1.0 AS score
           FROM (SELECT rowid FROM message_index WHERE message_index MATCH ?1
                 UNION ALL SELECT rowid FROM reply_index WHERE reply_index MATCH ?1) hit
           JOIN messages m ON m.seq = hit.rowid JOIN sessions s ON s.key = m.session_key
           WHERE s.namespace IN (SELECT value FROM json_each(?2))
             AND s.deleted_at IS NULL AND s.temporary = 0
           ORDER BY m.created_at DESC, m.seq DESC LIMIT ?3`,
          `tag : (${namespaces.map(namespaceTag).join(' OR ')}) AND content : (${query})`,
          JSON.stringify(namespaces),
          limit,
        ).map(toFound)
      })
    },
  }
}

type SearchedSession = SessionRef & { path: Stretch[] }

const quoted = (term: string) => `"${term.replaceAll('"', '""')}"`

/** The sessions that scopes search. */
export function createScopes({ all, one }: Database, tree: Tree) {
  const { findSession, findMessage, pathStretches } = tree

  /** The sessions of a scope, each with its path from the head on; found when asked for, and once. */
  function openScope(scope: SearchScope) {
    const sessions = new Map<number, SearchedSession | null>()

    function load(key: number): SearchedSession | null {
      const row = one('SELECT * FROM sessions WHERE key = ? AND deleted_at IS NULL', key)
      if (!row || !isInScope(scope, row)) return null
      const headId = 'ref' in scope && scope.headId ? scope.headId : (row.head_id as string | null)
      const head = findMessage(key, headId)
      return {
        namespace: row.namespace as string,
        sessionId: row.id as string,
        path: head ? pathStretches(key, head) : [],
      }
    }
    return (key: number): SearchedSession | null => {
      const known = sessions.get(key)
      if (known !== undefined) return known
      const loaded = load(key)
      sessions.set(key, loaded)
      return loaded
    }
  }

  function keysOf(scope: SearchScope): number[] {
    if ('ref' in scope) return [findSession(scope.ref)?.key ?? 0]
    const rows = all(
      `SELECT * FROM sessions WHERE namespace IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL`,
      JSON.stringify(scope.namespaces),
    )
    return rows.filter((row) => isInScope(scope, row)).map((row) => row.key as number)
  }

  return { openScope, keysOf }
}
