import { bareMessage, type MessageRow, type Row, toMessage } from './rows.ts'
import type { FoundMessage, Hit, SearchScope, SessionRef } from './store.ts'

/** Whether a row of `sessions` is one that the scope searches; `labelled`: it has the label of the scope beside its first. */
export function isInScope(scope: SearchScope, session: Row): boolean {
  const is = (ref: SessionRef | undefined) =>
    session.namespace === ref?.namespace && session.id === ref?.sessionId
  if ('ref' in scope) return is(scope.ref)
  const { namespaces, label, except } = scope
  const isLabelled = label === undefined || session.label === label || Boolean(session.labelled)
  if (session.temporary === 1 || !isLabelled) return false
  return namespaces.includes(session.namespace as string) && !is(except)
}

/** The label that a scope asks for, if any. */
export const labelOf = (scope: SearchScope): string | null =>
  ('label' in scope ? scope.label : undefined) ?? null

/** More candidates where many may fall away: a label is no word of the index, as a session can get another one. */
export const candidatesFor = (scope: SearchScope, limit: number) =>
  'label' in scope && scope.label !== undefined ? 5 * limit : limit

/** The last position that the scope searches. */
export const throughOf = (scope: SearchScope): number =>
  ('ref' in scope ? scope.throughPosition : undefined) ?? Number.MAX_SAFE_INTEGER

/** A stretch of a path: the messages of `branch` at positions up to `upTo`. */
export type Stretch = { branch: number; upTo: number }

/** Where a message stands in the tree of its session. */
export type Stand = Pick<MessageRow, 'branch' | 'position'>

export const isOnPath = ({ branch, position }: Stand, path: readonly Stretch[]) =>
  path.some((stretch) => stretch.branch === branch && position <= stretch.upTo)

/** Where a row of `messages` stands. */
export const standsAt = (row: Row): Stand => ({
  branch: row.branch as number,
  position: row.position as number,
})

export const toHit = (row: Row, { namespace, sessionId }: SessionRef): Hit => ({
  namespace,
  sessionId,
  position: row.position as number,
  createdAt: row.created_at as number,
  isReply: row.reply === 1,
  score: row.score as number,
})

export const toFound = (row: Row): FoundMessage => ({
  ...bareMessage(toMessage(row)),
  namespace: row.namespace as string,
  sessionId: row.session_id as string,
  score: row.score as number,
})

/** Best first; of equals, the newer one. */
export const byScore = (a: Hit, b: Hit) =>
  b.score - a.score || b.createdAt - a.createdAt || b.position - a.position

/** At most `limit` of what people said, and as many replies. */
export function firstOfKinds(hits: Hit[], limit: number): Hit[] {
  const taken = { said: 0, replied: 0 }
  return hits.filter(({ isReply }) => taken[isReply ? 'replied' : 'said']++ < limit)
}
