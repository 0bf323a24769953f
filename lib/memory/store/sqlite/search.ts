import { bareMessage, toMessage } from '../rows.ts'
import {
  byScore,
  candidatesFor,
  firstOfKinds,
  isInScope,
  labelOf,
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

/** A search ranks about this many messages of each index: its time must not grow with what there is to search. */
const MANY = 1000

/** So many words that are rare in the file are enough of a question, when they find more than a few messages. */
const ENOUGH = 3
const FEW = 20

type Index = 'message_index' | 'reply_index'

export function searchMethods(database: Database, tree: Tree, indexing: Indexing): SearchStore {
  const { all, one, read } = database
  const { findSession, isOnPath } = tree
  const { openScope } = createScopes(database, tree)

  /** How many messages match; no more than `MANY`. */
  const count = (index: Index, query: string) =>
    one(`SELECT count(*) AS n FROM (SELECT 1 FROM ${index} WHERE ${index} MATCH ? LIMIT ${MANY})`, query)
      ?.n as number

  const newestMessage = () => (one('SELECT max(seq) AS newest FROM messages')?.newest as number | null) ?? 0

  /** What to match, and the oldest message that is looked at. The rarest words say most about a message. */
  function boundedQuery(index: Index, tags: string, terms: string[]): { query: string; from: number } {
    const within = (some: string[]) => `tag : (${tags}) AND ${anyOf(some)}`
    // All that there is, is not many: nothing needs to be counted.
    if (newestMessage() < MANY) return { query: within(terms), from: 0 }
    // Counting without the tags is the cheaper way, and enough for a word that is rare in the whole file.
    const counted = terms.map((term) => ({ term, found: count(index, anyOf([term])) }))
    const rare = counted.filter(({ found }) => found > 0 && found < MANY).map(({ term }) => term)
    if (rare.length >= ENOUGH) {
      const found = count(index, within(rare))
      if (found >= FEW && found < MANY) return { query: within(rare), from: 0 }
    }
    if (count(index, within(terms)) < MANY) return { query: within(terms), from: 0 }

    const inScope = counted.map(({ term, found }) => ({
      term,
      found: found < MANY ? found : count(index, within([term])),
    }))
    const [first, ...others] = rarest(inScope)
    if (first && first.found < MANY)
      return { query: within([first, ...others].map(({ term }) => term)), from: 0 }
    const query = within(first ? [first.term] : terms)
    return { query, from: newestOf(index, query) }
  }

  /** Where the newest matches begin. */
  const newestOf = (index: Index, query: string) =>
    (one(
      `SELECT rowid FROM ${index} WHERE ${index} MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ${MANY}`,
      query,
    )?.rowid as number | undefined) ?? 0

  /** Best first by the index's own rank, which is bm25 below 0. */
  const match = (index: Index, { query, from }: { query: string; from: number }, limit: number): Row[] =>
    all(
      `SELECT m.session_key, m.id, m.branch, m.position, m.created_at, -hit.rank AS score,
              ${index === 'reply_index' ? 1 : 0} AS reply
       FROM (SELECT rowid, rank FROM ${index} WHERE ${index} MATCH ? AND rowid >= ? ORDER BY rank LIMIT ?) hit
       JOIN messages m ON m.seq = hit.rowid`,
      query,
      from,
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
      await indexing.catchUpIfFree()
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
          match(index, boundedQuery(index, tags, terms), candidates),
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
      await indexing.catchUpIfFree()
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

/** Sessions as `isInScope` reads them. */
const SCOPED = `SELECT *, EXISTS (SELECT 1 FROM more_labels WHERE label = ? AND session_key = key) AS labelled FROM sessions`

type SearchedSession = SessionRef & { path: Stretch[] }

type Counted = { term: string; found: number }

/** As many words as there is room for, the rarest first; one at least. */
function rarest(counted: Counted[]): Counted[] {
  let room = MANY
  return counted
    .filter(({ found }) => found > 0)
    .sort((a, b) => a.found - b.found)
    .filter(({ found }, place) => {
      room -= found
      return place === 0 || room >= 0
    })
}

const anyOf = (terms: string[]) => `{content about} : (${terms.map(quoted).join(' OR ')})`

const quoted = (term: string) => `"${term.replaceAll('"', '""')}"`

/** The sessions that scopes search. */
export function createScopes({ all, one }: Database, tree: Tree) {
  const { findSession, findMessage, pathStretches } = tree

  /** The sessions of a scope, each with its path from the head on; found when asked for, and once. */
  function openScope(scope: SearchScope) {
    const sessions = new Map<number, SearchedSession | null>()

    function load(key: number): SearchedSession | null {
      const row = one(`${SCOPED} WHERE key = ? AND deleted_at IS NULL`, labelOf(scope), key)
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
      `${SCOPED} WHERE namespace IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL`,
      labelOf(scope),
      JSON.stringify(scope.namespaces),
    )
    return rows.filter((row) => isInScope(scope, row)).map((row) => row.key as number)
  }

  return { openScope, keysOf }
}
