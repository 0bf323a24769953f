import { bareMessage, type Row, toMessage, WITHOUT_RECEIPT } from '../rows.ts'
import {
  byScore,
  candidatesFor,
  firstOfKinds,
  isInScope,
  isOnPath,
  labelOf,
  type Stretch,
  standsAt,
  throughOf,
  toFound,
  toHit,
} from '../search-scope.ts'
import type { Hit, Message, Place, SearchScope, SearchStore, SessionRef } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { eachByStart, queriesOf, tagOf } from './index-words.ts'
import { findMessage, findSession, pathStretches } from './tree.ts'

export function searchMethods({ read }: Database): SearchStore {
  return {
    searchMessages: (scope, { terms, limit }) =>
      read(async (db) => {
        const queries = queriesOf(terms)
        const tags = await tagsOf(db, scope)
        if (queries.length === 0 || tags === null) return []
        const sessionOf = openScope(db, scope)
        const hits: Hit[] = []
        for (const row of await match(db, tags, queries, candidatesFor(scope, limit))) {
          const session = await sessionOf(row.session_key as number)
          const at = standsAt(row)
          if (session && at.position <= throughOf(scope) && isOnPath(at, session.path))
            hits.push(toHit(row, session))
        }
        return firstOfKinds(hits.sort(byScore), limit)
      }),

    readPlaces: (scope, places) =>
      read(async (db) => {
        const sessionOf = openScope(db, scope)
        const messages: (Message & SessionRef)[] = []
        for (const place of places) {
          const key = (await findSession(db, place))?.key
          const session = key === undefined ? null : await sessionOf(key)
          if (key === undefined || !session || place.position > throughOf(scope)) continue
          const row = await readPlace(db, key, session.path, place)
          const { namespace, sessionId } = session
          if (row) messages.push({ ...bareMessage(toMessage(row)), namespace, sessionId })
        }
        return messages
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

/** How rare a word is among more messages than that, makes no difference. */
const CROWD = 10_000

/**
 * The best of each kind by bm25 (Robertson and Zaragoza, 2009) with each word counted once, over the messages that the
 * tags name: Postgres' own ranks know nothing of how rare a word is. Each step is made once: the planner, who cannot know how
 * many messages hold a word, would make some of them anew for each row.
 */
function match({ all }: Queries, tags: string, queries: string[], limit: number): Promise<Row[]> {
  return all(
    `WITH
       terms AS (
         SELECT number, to_tsquery('words', term) AS query FROM unnest($1::text[]) WITH ORDINALITY AS t (term, number)
       ),
       found AS MATERIALIZED (
         SELECT seq, reply, words, length(words) AS size FROM message_index
         WHERE words @@ ($2::tsquery && to_tsquery('words', $3))
       ),
       matched AS MATERIALIZED (
         SELECT f.seq, f.reply, f.size, t.number FROM found f JOIN terms t ON f.words @@ t.query
       ),
       kinds AS (SELECT reply, avg(size) AS size FROM found GROUP BY reply),
       total AS (
         SELECT count(*) AS messages
         FROM (SELECT 1 FROM message_index WHERE words @@ $2::tsquery LIMIT ${CROWD}) crowd
       ),
       weights AS (
         SELECT m.reply, m.number, ln(1 + (greatest(total.messages, count(*)) - count(*) + 0.5) / (count(*) + 0.5)) AS weight
         FROM matched m CROSS JOIN total GROUP BY m.reply, m.number, total.messages
       ),
       scored AS (
         SELECT m.seq, m.reply, sum(w.weight) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * m.size / k.size)) AS score
         FROM matched m JOIN kinds k ON k.reply = m.reply
         JOIN weights w ON w.reply = m.reply AND w.number = m.number GROUP BY m.seq, m.reply, m.size, k.size
       ),
       best AS (SELECT *, row_number() OVER (PARTITION BY reply ORDER BY score DESC, seq DESC) AS place FROM scored)
     SELECT m.session_key, m.branch, m.position, m.created_at, b.reply, b.score::float8 AS score
     FROM best b JOIN messages m ON m.seq = b.seq WHERE b.place <= $4`,
    queries,
    tags,
    queries.join(' | '),
    limit,
  )
}

async function tagsOf(db: Queries, scope: SearchScope): Promise<string | null> {
  if ('namespaces' in scope) return namespaceTags(scope.namespaces) || null
  const session = await findSession(db, scope.ref)
  return session && `'${tagOf('session', session.key)}'`
}

const namespaceTags = (namespaces: string[]) =>
  namespaces.map((namespace) => `'${tagOf('namespace', namespace)}'`).join(' | ')

/** Sessions as `isInScope` reads them. */
export const SCOPED = `SELECT *, EXISTS (SELECT 1 FROM more_labels m WHERE m.label = $1 AND m.session_key = key) AS labelled
  FROM sessions`

type SearchedSession = SessionRef & { path: Stretch[] }

/** The sessions of a scope, each with its path from the head on; found when asked for, and once. */
export function openScope(db: Queries, scope: SearchScope) {
  const sessions = new Map<number, SearchedSession | null>()

  async function load(key: number): Promise<SearchedSession | null> {
    const row = await db.one(`${SCOPED} WHERE key = $2 AND deleted_at IS NULL`, labelOf(scope), key)
    if (!row || !isInScope(scope, row)) return null
    const headId = 'ref' in scope && scope.headId ? scope.headId : (row.head_id as string | null)
    const head = await findMessage(db, key, headId)
    const path = head ? await pathStretches(db, key, head) : []
    return { namespace: row.namespace as string, sessionId: row.id as string, path }
  }
  return async (key: number): Promise<SearchedSession | null> => {
    const known = sessions.get(key)
    if (known !== undefined) return known
    const loaded = await load(key)
    sessions.set(key, loaded)
    return loaded
  }
}

async function readPlace({ one }: Queries, key: number, path: Stretch[], { position }: Place) {
  const stretch = path.findLast(({ upTo }) => position <= upTo)
  return (
    stretch &&
    one(
      `SELECT ${WITHOUT_RECEIPT} FROM messages m WHERE session_key = $1 AND branch = $2 AND position = $3`,
      key,
      stretch.branch,
      position,
    )
  )
}
