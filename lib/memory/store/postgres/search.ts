import { bareMessage, type Row, toMessage, WITHOUT_RECEIPT } from '../rows.ts'
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
import type { Hit, Message, Place, SearchScope, SearchStore, SessionRef } from '../store.ts'
import type { Database, Queries } from './database.ts'
import { eachByStart, queriesOf, tagOf } from './index-words.ts'
import { findSession, pathStretches } from './tree.ts'

export function searchMethods({ read }: Database): SearchStore {
  return {
    searchMessages: (scope, { terms, limit }) =>
      read(async (db) => {
        const queries = queriesOf(terms)
        const tags = await tagsOf(db, scope)
        if (queries.length === 0 || tags === null) return []
        const rows = await match(db, tags, queries, candidatesFor(scope, limit))
        const sessions = await openScope(db, scope, new Set(rows.map((row) => row.session_key as number)))
        const hits: Hit[] = []
        for (const row of rows) {
          const session = sessions.get(row.session_key as number)
          const at = standsAt(row)
          if (session && at.position <= throughOf(scope) && isOnPath(at, session.path))
            hits.push(toHit(row, session))
        }
        return firstOfKinds(hits.sort(byScore), limit)
      }),

    readPlaces: (scope, places) =>
      read(async (db) => {
        const keys = await keysOf(db, places)
        const sessions = await openScope(db, scope, new Set(keys.filter((key) => key !== undefined)))
        const standing = places.flatMap(({ position }, index): Standing[] => {
          const key = keys[index]
          const session = key === undefined ? undefined : sessions.get(key)
          const stretch = session?.path.findLast(({ upTo }) => position <= upTo)
          const isIn = key !== undefined && session && stretch && position <= throughOf(scope)
          return isIn ? [{ key, session, at: { branch: stretch.branch, position } }] : []
        })
        return readStanding(db, standing)
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
 * tags name: Postgres' own ranks know nothing of how rare a word is. Which words a message holds is asked of the index, word
 * by word: to unpack the words of each message that matches takes several times as long. Each step is made once: the planner,
 * who cannot know how many messages hold a word, would make some of them anew for each row.
 */
function match({ all }: Queries, tags: string, queries: string[], limit: number): Promise<Row[]> {
  return all(
    `WITH
       terms AS MATERIALIZED (
         SELECT number, to_tsquery('words', term) AS query FROM unnest($1::text[]) WITH ORDINALITY AS t (term, number)
       ),
       matched AS MATERIALIZED (
         SELECT i.seq, i.reply, i.size, t.number FROM terms t
         CROSS JOIN LATERAL (SELECT seq, reply, size FROM message_index WHERE words @@ ($2::tsquery && t.query)) i
       ),
       total AS MATERIALIZED (
         SELECT count(*) AS messages, avg(size) AS size
         FROM (SELECT size FROM message_index WHERE words @@ $2::tsquery LIMIT ${CROWD}) crowd
       ),
       weights AS MATERIALIZED (
         SELECT m.reply, m.number, ln(1 + (greatest(total.messages, count(*)) - count(*) + 0.5) / (count(*) + 0.5)) AS weight
         FROM matched m CROSS JOIN total GROUP BY m.reply, m.number, total.messages
       ),
       scored AS (
         SELECT m.seq, m.reply, sum(w.weight) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * m.size / total.size)) AS score
         FROM matched m CROSS JOIN total JOIN weights w ON w.reply = m.reply AND w.number = m.number
         GROUP BY m.seq, m.reply, m.size, total.size
       ),
       best AS (SELECT *, row_number() OVER (PARTITION BY reply ORDER BY score DESC, seq DESC) AS place FROM scored)
     SELECT m.session_key, m.branch, m.position, m.created_at, b.reply, b.score::float8 AS score
     FROM best b JOIN messages m ON m.seq = b.seq WHERE b.place <= $3`,
    queries,
    tags,
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

/** Sessions as `isInScope` reads them, with where their path ends; $1 the label, $2 another head than their own. */
const SCOPED = `
  SELECT s.key, s.namespace, s.id, s.label, s.temporary, h.branch, h.position, b.parent_branch,
         EXISTS (SELECT 1 FROM more_labels l WHERE l.session_key = s.key AND l.label = $1) AS labelled
  FROM sessions s LEFT JOIN messages h ON h.session_key = s.key AND h.id = coalesce($2, s.head_id)
  LEFT JOIN branches b ON b.session_key = s.key AND b.branch = h.branch`

type SearchedSession = SessionRef & { path: Stretch[] }

/** The sessions among these that a scope searches, by their keys, each with its path from the head on; all of the scope's when none are named. */
export async function openScope(
  db: Queries,
  scope: SearchScope,
  keys?: Iterable<number>,
): Promise<Map<number, SearchedSession>> {
  const { where, value } = keys
    ? { where: 's.key = ANY ($3::text[]::bigint[])', value: [...keys].map(String) }
    : await allOf(db, scope)
  const headId = 'ref' in scope && scope.headId ? scope.headId : null
  const rows = await db.all(
    `${SCOPED} WHERE ${where} AND s.deleted_at IS NULL`,
    labelOf(scope),
    headId,
    value,
  )
  const sessions = new Map<number, SearchedSession>()
  for (const row of rows.filter((each) => isInScope(scope, each))) {
    const key = row.key as number
    const ref = { namespace: row.namespace as string, sessionId: row.id as string }
    sessions.set(key, { ...ref, path: await pathOf(db, key, row) })
  }
  return sessions
}

async function allOf(db: Queries, scope: SearchScope) {
  if ('namespaces' in scope) return { where: 's.namespace = ANY ($3::text[])', value: scope.namespaces }
  const key = (await findSession(db, scope.ref))?.key ?? 0
  return { where: 's.key = ANY ($3::text[]::bigint[])', value: [String(key)] }
}

/** Most sessions have never branched: for these there is nothing to ask. */
async function pathOf(db: Queries, key: number, row: Row): Promise<Stretch[]> {
  if (row.branch === null) return []
  const at = standsAt(row)
  return row.parent_branch === null ? [{ branch: at.branch, upTo: at.position }] : pathStretches(db, key, at)
}

/** The key of each place's session, as far as there is one. */
async function keysOf({ all }: Queries, places: readonly Place[]): Promise<(number | undefined)[]> {
  const nameOf = (ref: SessionRef) => JSON.stringify([ref.namespace, ref.sessionId])
  const refs = [...new Map(places.map((place) => [nameOf(place), place])).values()]
  const rows = await all(
    `SELECT s.key, s.namespace, s.id FROM unnest($1::text[], $2::text[]) AS place (namespace, id)
     JOIN sessions s ON s.namespace = place.namespace AND s.id = place.id WHERE s.deleted_at IS NULL`,
    refs.map(({ namespace }) => namespace),
    refs.map(({ sessionId }) => sessionId),
  )
  const keys = new Map(
    rows.map((row) => [
      nameOf({ namespace: row.namespace as string, sessionId: row.id as string }),
      row.key as number,
    ]),
  )
  return places.map((place) => keys.get(nameOf(place)))
}

type Standing = { key: number; at: Stand; session: SessionRef }

/** The messages that stand there, in this order: in one query, however far away the database is. */
async function readStanding({ all }: Queries, standing: Standing[]): Promise<(Message & SessionRef)[]> {
  const rows = await all(
    `SELECT ${WITHOUT_RECEIPT}, place.number
     FROM unnest($1::text[]::bigint[], $2::text[]::bigint[], $3::text[]::bigint[])
       WITH ORDINALITY AS place (key, branch, position, number)
     JOIN messages m ON m.session_key = place.key AND m.branch = place.branch AND m.position = place.position
     ORDER BY place.number`,
    standing.map(({ key }) => String(key)),
    standing.map(({ at }) => String(at.branch)),
    standing.map(({ at }) => String(at.position)),
  )
  return rows.flatMap((row) => {
    const session = standing[(row.number as number) - 1]?.session
    if (!session) return []
    const { namespace, sessionId } = session
    return [{ ...bareMessage(toMessage(row)), namespace, sessionId }]
  })
}
