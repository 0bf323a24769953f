import { MemoryError } from '../../errors.ts'
import { type ImportPlan, planImport } from '../import-plan.ts'
import {
  type MessageRow,
  type SessionRow,
  toMessage,
  toSummary,
  toTreeMessage,
  toTreeSummaries,
} from '../rows.ts'
import { isOnPath } from '../search-scope.ts'
import type { NewJob, SessionRef } from '../store.ts'
import type { Imported, SessionTree, TransferStore } from '../transfer.ts'
import type { Database, Queries } from './database.ts'
import { removeSessions } from './forgetting.ts'
import { addJobs } from './jobs.ts'
import { insertSummaryRow } from './summaries.ts'
import {
  createSession,
  findMessage,
  findSession,
  insertMessage,
  lockSession,
  moveHead,
  pathStretches,
} from './tree.ts'

export function transferMethods({ read, write }: Database): TransferStore {
  return {
    listRefs: ({ namespace, after, limit }) =>
      read(async ({ all }) => {
        const rows = await all(
          `SELECT namespace, id FROM sessions
           WHERE deleted_at IS NULL AND temporary = 0 AND namespace = coalesce($1, namespace) AND (namespace, id) > ($2, $3)
           ORDER BY namespace, id LIMIT $4`,
          namespace ?? null,
          after?.namespace ?? '',
          after?.sessionId ?? '',
          limit,
        )
        return rows.map((row) => ({ namespace: row.namespace as string, sessionId: row.id as string }))
      }),

    exportSession: (ref) =>
      read(async (db) => {
        const found = await findSession(db, ref)
        if (!found) return null
        const { id, title, titleSource, headId, pinned, createdAt, updatedAt, key } = found
        return {
          session: {
            id,
            title,
            titleSource,
            headId,
            pinned,
            ...(await labelsOf(db, key)),
            createdAt,
            updatedAt,
          },
          messages: (await rowsOf(db, key)).map(toTreeMessage),
          summaries: toTreeSummaries(await summariesOf(db, key)),
        }
      }),

    importSessions: (sessions, { jobs = [] } = {}) =>
      write(async (db) => {
        const imported: Imported[] = []
        for (const each of sessions) imported.push(await importOne(db, each.namespace, each.tree, jobs))
        return imported
      }),
  }
}

const rowsOf = ({ all }: Queries, key: number) =>
  all('SELECT * FROM messages WHERE session_key = $1 ORDER BY seq', key)

async function labelsOf(
  { all, one }: Queries,
  key: number,
): Promise<Pick<SessionTree['session'], 'label' | 'moreLabels'>> {
  const session = await one('SELECT label FROM sessions WHERE key = $1', key)
  const rows = await all('SELECT label FROM more_labels WHERE session_key = $1 ORDER BY label', key)
  const more = rows.map((row) => row.label as string)
  return { label: session?.label as string, ...(more.length > 0 && { moreLabels: more }) }
}

const summariesOf = async ({ all }: Queries, key: number) =>
  (await all('SELECT * FROM summaries WHERE session_key = $1 ORDER BY seq', key)).map(toSummary)

async function importOne(
  db: Queries,
  namespace: string,
  from: SessionTree,
  jobs: NewJob[],
): Promise<Imported> {
  const ref = { namespace, sessionId: from.session.id }
  const found = await lockSession(db, ref)
  const session = found ?? (await createFrom(db, ref, from))
  const messages = new Map((await rowsOf(db, session.key)).map((row) => [row.id as string, toMessage(row)]))
  const summaries = new Set((await summariesOf(db, session.key)).map(({ id }) => id))
  const plan = planImport(from, { messages, summaries })
  await insertMessages(db, session, plan, messages)
  for (const summary of plan.summaries) {
    const throughPosition = messages.get(summary.throughId ?? '')?.position ?? 0
    await insertSummaryRow(db, session.key, { ...summary, throughPosition })
  }
  const changed = !found || plan.messages.length > 0
  if (changed) {
    await placeHead(db, session, from, messages)
    await addJobs(db, session.key, jobs)
  }
  const outcome = found ? (changed ? 'grown' : 'present') : 'new'
  return { ref, outcome, added: plan.messages.length, differing: plan.differing }
}

async function createFrom(db: Queries, ref: SessionRef, { session }: SessionTree): Promise<SessionRow> {
  // A deleted one would keep the name until it is purged.
  const deleted = await db.all(
    'SELECT key FROM sessions WHERE namespace = $1 AND id = $2 AND deleted_at IS NOT NULL FOR UPDATE',
    ref.namespace,
    ref.sessionId,
  )
  await removeSessions(
    db,
    deleted.map(({ key }) => key as number),
  )
  const created = await createSession(db, ref, { title: session.title }, session.createdAt)
  await db.run(
    'UPDATE sessions SET title_source = $1, pinned = $2, label = $3 WHERE key = $4',
    session.titleSource,
    Number(session.pinned),
    session.label,
    created.key,
  )
  for (const label of session.moreLabels ?? []) {
    const sql = 'INSERT INTO more_labels (label, session_key) VALUES ($1, $2) ON CONFLICT DO NOTHING'
    await db.run(sql, label, created.key)
  }
  return created
}

/** Adds what it inserts to `messages`, where the children find their parents. */
async function insertMessages(
  db: Queries,
  session: SessionRow,
  plan: ImportPlan,
  messages: Map<string, MessageRow>,
): Promise<void> {
  for (const message of plan.messages) {
    const parent = message.parentId === null ? null : messages.get(message.parentId)
    if (parent === undefined) throw new MemoryError('conflict', 'A message follows one that is not there.')
    const inserted = await insertMessage(db, session, parent, message)
    messages.set(message.id, inserted)
    if (message.error === null && message.receipt === null) continue
    const receipt = message.receipt && JSON.stringify(message.receipt)
    await db.run(
      'UPDATE messages SET error = $1, receipt = $2 WHERE seq = $3',
      message.error,
      receipt,
      inserted.seq,
    )
  }
}

/** To the imported end, unless the person stands somewhere else in the tree. */
async function placeHead(
  db: Queries,
  session: SessionRow,
  { session: { headId, updatedAt } }: SessionTree,
  messages: Map<string, MessageRow>,
): Promise<void> {
  const head = headId === null ? undefined : messages.get(headId)
  const current = await findMessage(db, session.key, session.headId)
  const moves = head && (!current || isOnPath(current, await pathStretches(db, session.key, head)))
  await moveHead(db, session.key, moves ? head.id : session.headId, updatedAt)
}
