import { bareMessage, toMessage, WITHOUT_RECEIPT } from '../rows.ts'
import {
  byScore,
  candidatesFor,
  firstOfKinds,
  isInScope,
  isOnPath,
  labelOf,
  type Stand,
  type Stretch,
  standsAt,
  throughOf,
  toFound,
  toHit,
} from '../search-scope.ts'
import type { Hit, Place, SearchScope, SearchStore, SessionRef } from '../store.ts'
import type { Database, Row } from './database.ts'
import type { Indexing } from './indexing.ts'
import { namespaceTag, sessionTag } from './search-functions.ts'
import type { Tree } from './tree.ts'

/** A search ranks about this many messages of each index: its time must not grow with what there is to search. */
const MANY = 1000

/** In more messages than that, a question's words are told from each other by the rare ones alone. */
const LARGE = 10 * MANY

/** So many words that are rare in the file are enough of a question, when they find more than a few messages. */
const ENOUGH = 3
const FEW = 20

const INDEXES = ['message_index', 'reply_index'] as const
type Index = (typeof INDEXES)[number]

/** Made once, as a text that is put together anew has to be read anew to find its statement. */
const byIndex = (sql: (index: Index) => string): Record<Index, string> => ({
  message_index: sql('message_index'),
  reply_index: sql('reply_index'),
})

const COUNT = byIndex(
  (index) => `SELECT count(*) AS n FROM (SELECT 1 FROM ${index} WHERE ${index} MATCH ? LIMIT ?)`,
)

/** Best first by bm25, which is below 0. (`ORDER BY rank` would search once more inside.) */
const BEST = byIndex(
  (index) => `
  SELECT m.session_key, m.branch, m.position, m.created_at, -hit.score AS score,
         ${index === 'reply_index' ? 1 : 0} AS reply
  FROM (SELECT rowid, bm25(${index}, 1.0, 1.0, 0.0) AS score FROM ${index}
        WHERE ${index} MATCH ? AND rowid >= ? ORDER BY score LIMIT ?) hit
  JOIN messages m INDEXED BY messages_places ON m.seq = hit.rowid`,
)

/** The messages at places of paths, in their order; where nothing stands there is none. */
const AT_STANDS = `
  SELECT ${WITHOUT_RECEIPT}, s.namespace, s.id AS session_id
  FROM json_each(?) place CROSS JOIN messages m ON m.session_key = place.value ->> 'key'
    AND m.branch = place.value ->> 'branch' AND m.position = place.value ->> 'position'
  JOIN sessions s ON s.key = m.session_key
  ORDER BY place.key`

type BoundedQuery = { query: string; from: number }

export function searchMethods(database: Database, tree: Tree, indexing: Indexing): SearchStore {
  const { all, one, read } = database
  const { findSession } = tree
  const { openScope } = createScopes(database, tree)

  const newestMessage = () => (one('SELECT max(seq) AS newest FROM messages')?.newest as number | null) ?? 0

  /** How many messages match; no more than `most`. */
  const count = (index: Index, query: string, most: number) => one(COUNT[index], query, most)?.n as number

  const counts = createCounts()
  /** The same, as it was when the file was a little smaller: what is asked for again costs nothing. */
  const countAbout = (index: Index, query: string, most: number, size: number) =>
    counts.get(`${index} ${query}`, size, () => count(index, query, most))

  /** What to match, and the oldest message that is looked at. The rarest words say most about a message. */
  function boundedQuery(index: Index, tags: string, terms: string[]): BoundedQuery {
    const size = newestMessage()
    const inScope = `tag : (${tags})`
    const sizeIn = (some: Index) => countAbout(some, inScope, size, size)
    // Where most is in scope, looking for its tag costs more than what it keeps out.
    const isMost = INDEXES.reduce((sum, each) => sum + sizeIn(each), 0) * 2 > size
    const within = (some: string[]) => (isMost ? anyOf(some) : `${inScope} AND ${anyOf(some)}`)
    // All that there is, is not many: no word needs to be counted.
    if (sizeIn(index) < MANY) return { query: within(terms), from: 0 }

    // In a small part of a large file a word can be rare that is common elsewhere.
    const isLarge = isMost || sizeIn(index) > LARGE
    const counted = terms.map((term) => {
      const found = isLarge ? countAbout(index, anyOf([term]), MANY, size) : MANY
      return { term, found: found < MANY || isMost ? found : countAbout(index, within([term]), MANY, size) }
    })
    const countOf = (some: Counted[]) => {
      const founds = some.map(({ found }) => found)
      const [least, most] = [Math.max(0, ...founds), founds.reduce((sum, found) => sum + found, 0)]
      // Only where it depends on how many messages the words share.
      const isKnown = isMost && (least >= MANY || most < FEW || (least >= FEW && most < MANY))
      return isKnown ? least : count(index, within(some.map(({ term }) => term)), MANY)
    }
    const rare = counted.filter(({ found }) => found > 0 && found < MANY)
    if (isLarge && rare.length >= ENOUGH) {
      const found = countOf(rare)
      if (found >= FEW && found < MANY) return { query: within(rare.map(({ term }) => term)), from: 0 }
    }
    if (countOf(counted) < MANY) return { query: within(terms), from: 0 }

    const [first, ...others] = rarest(counted)
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

  const match = (index: Index, { query, from }: BoundedQuery, limit: number): Row[] =>
    all(BEST[index], query, from, limit)

  /** `null` when the scope holds nothing. `key`: of the session that it names. */
  function tagsOf(scope: SearchScope, key: number | undefined): string | null {
    if ('ref' in scope) return key === undefined ? null : sessionTag(key)
    const tags = scope.namespaces.map(namespaceTag).join(' OR ') || null
    if (tags === null || key === undefined) return tags
    return isAlone(scope.namespaces, key) ? null : `(${tags}) NOT ${sessionTag(key)}`
  }

  /** Many a person has one chat only: there is nothing to search beside it. */
  const isAlone = (namespaces: readonly string[], key: number) =>
    one(
      `SELECT 1 FROM sessions WHERE namespace IN (SELECT value FROM json_each(?)) AND key <> ? AND deleted_at IS NULL LIMIT 1`,
      JSON.stringify(namespaces),
      key,
    ) === undefined

  const readStands = (stands: (Stand & { key: number })[]): Row[] => all(AT_STANDS, JSON.stringify(stands))

  /** The key of each place's session; most places are in the same few sessions, and each is looked up once. */
  function keysOf(places: readonly Place[]): (number | undefined)[] {
    const keys = new Map<string, number | undefined>()
    return places.map((place) => {
      const name = JSON.stringify([place.namespace, place.sessionId])
      if (!keys.has(name)) keys.set(name, findSession(place)?.key)
      return keys.get(name)
    })
  }

  return {
    async searchMessages(scope, { terms, limit }) {
      /** `null` when it would miss what is not in the index yet. */
      const search = (mayMiss: boolean) =>
        read(() => {
          const named = 'ref' in scope ? scope.ref : scope.except
          const key = named && findSession(named)?.key
          const tags = tagsOf(scope, key)
          if (terms.length === 0 || tags === null) return []
          // The message that a reply is to is beyond its scope: nobody waits until that is in the index.
          const beyond = { key: key ?? 0, position: 'ref' in scope ? throughOf(scope) : 0 }
          if (!mayMiss && indexing.lacksMoreThan(beyond)) return null
          const candidates = candidatesFor(scope, limit)
          const rows = INDEXES.flatMap((index) => match(index, boundedQuery(index, tags, terms), candidates))
          const keys = new Set(rows.map((row) => row.session_key as number))
          const sessionOf = openScope(scope, [...keys])
          const hits: Hit[] = []
          for (const row of rows) {
            const session = sessionOf(row.session_key as number)
            const at = standsAt(row)
            if (session && at.position <= throughOf(scope) && isOnPath(at, session.path))
              hits.push(toHit(row, session))
          }
          return firstOfKinds(hits.sort(byScore), limit)
        })
      const found = await search(false)
      if (found) return found
      await indexing.catchUpIfFree()
      return (await search(true)) ?? []
    },

    readPlaces: (scope, places) =>
      read(() => {
        const keys = keysOf(places)
        const sessionOf = openScope(
          scope,
          keys.filter((key) => key !== undefined),
        )
        const stands = places.flatMap(({ position }, index) => {
          const key = keys[index]
          const path = key === undefined ? undefined : sessionOf(key)?.path
          const stretch = path?.findLast(({ upTo }) => position <= upTo)
          return key !== undefined && stretch && position <= throughOf(scope)
            ? [{ key, branch: stretch.branch, position }]
            : []
        })
        return readStands(stands).map((row) => ({
          ...bareMessage(toMessage(row)),
          namespace: row.namespace as string,
          sessionId: row.session_id as string,
        }))
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

type SearchedSession = SessionRef & { path: Stretch[] }

/** What was counted is good until the file has grown by a tenth. */
const GROWTH = 1.1
const MAX_COUNTS = 20_000

function createCounts() {
  const counts = new Map<string, { found: number; until: number }>()
  return {
    get(what: string, size: number, count: () => number): number {
      const known = counts.get(what)
      if (known && size <= known.until) return known.found
      // The oldest goes when there are too many.
      counts.delete(what)
      const [oldest] = counts.size < MAX_COUNTS ? [] : counts.keys()
      if (oldest !== undefined) counts.delete(oldest)
      const found = count()
      counts.set(what, { found, until: size * GROWTH })
      return found
    },
  }
}

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

/** Sessions as `isInScope` reads them, with where their path ends; ?1 the label, ?2 another head than their own, ?3 which. */
const scoped = (where: string) => `
  SELECT s.key, s.namespace, s.id, s.label, s.temporary, h.branch, h.position, b.parent_branch,
         EXISTS (SELECT 1 FROM more_labels l WHERE l.session_key = s.key AND l.label = ?1) AS labelled
  FROM sessions s LEFT JOIN messages head ON head.session_key = s.key AND head.id = coalesce(?2, s.head_id)
  LEFT JOIN messages h INDEXED BY messages_places ON h.seq = head.seq
  LEFT JOIN branches b ON b.session_key = s.key AND b.branch = h.branch
  WHERE ${where} AND s.deleted_at IS NULL`
const BY_KEY = scoped('s.key = ?3')
const BY_KEYS = scoped('s.key IN (SELECT value FROM json_each(?3))')
const BY_NAMESPACES = scoped('s.namespace IN (SELECT value FROM json_each(?3))')

/** The sessions that scopes search. */
export function createScopes({ all }: Database, tree: Tree) {
  const { findSession, pathStretches } = tree

  function read(scope: SearchScope, sql: string, value: string | number): [number, SearchedSession][] {
    const headId = 'ref' in scope && scope.headId ? scope.headId : null
    return all(sql, labelOf(scope), headId, value)
      .filter((row) => isInScope(scope, row))
      .map((row) => [row.key as number, toSearched(row)])
  }

  /** The sessions of a scope, each with its path from the head on; found when asked for, and once; `keys` in one go. */
  function openScope(scope: SearchScope, keys: readonly number[] = []) {
    const sessions = new Map<number, SearchedSession | null>()
    function load(wanted: readonly number[]): void {
      for (const key of wanted) sessions.set(key, null)
      const found = read(scope, BY_KEYS, JSON.stringify(wanted))
      for (const [key, session] of found) sessions.set(key, session)
    }
    if (keys.length > 0) load(keys)
    return (key: number): SearchedSession | null => {
      if (!sessions.has(key)) load([key])
      return sessions.get(key) ?? null
    }
  }

  function toSearched(row: Row): SearchedSession {
    const session = { namespace: row.namespace as string, sessionId: row.id as string }
    if (row.branch === null) return { ...session, path: [] }
    const at = standsAt(row)
    // Most sessions have never branched.
    const path =
      row.parent_branch === null
        ? [{ branch: at.branch, upTo: at.position }]
        : pathStretches(row.key as number, { ...at, id: '' })
    return { ...session, path }
  }

  /** All sessions of a scope by their keys. */
  function sessionsOf(scope: SearchScope): Map<number, SearchedSession> {
    if ('ref' in scope) return new Map(read(scope, BY_KEY, findSession(scope.ref)?.key ?? 0))
    const namespaces = JSON.stringify(scope.namespaces)
    return new Map(read(scope, BY_NAMESPACES, namespaces))
  }

  return { openScope, sessionsOf }
}
