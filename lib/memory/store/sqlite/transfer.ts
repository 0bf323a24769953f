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
import type { NewJob, SessionRef } from '../store.ts'
import type { Imported, SessionTree, TransferStore } from '../transfer.ts'
import type { Database } from './database.ts'
import { removeSessions } from './forgetting.ts'
import { addJobs } from './jobs.ts'
import { insertSummaryRow } from './summaries.ts'
import type { Tree } from './tree.ts'

export function transferMethods(database: Database, tree: Tree): TransferStore {
  const { all, one, run, read, write } = database
  const { findSession, createSession, findMessage, pathStretches, isOnPath, insertMessage } = tree

  const rowsOf = (key: number) => all('SELECT * FROM messages WHERE session_key = ? ORDER BY seq', key)
  function labelsOf(key: number): Pick<SessionTree['session'], 'label' | 'moreLabels'> {
    const { label } = one('SELECT label FROM sessions WHERE key = ?', key) as { label: string }
    const rows = all('SELECT label FROM more_labels WHERE session_key = ? ORDER BY label', key)
    return { label, ...(rows.length > 0 && { moreLabels: rows.map((row) => row.label as string) }) }
  }
  const summariesOf = (key: number) =>
    all('SELECT * FROM summaries WHERE session_key = ? ORDER BY seq', key).map(toSummary)

  function importOne(namespace: string, from: SessionTree, jobs: NewJob[]): Imported {
    const ref = { namespace, sessionId: from.session.id }
    const found = findSession(ref)
    const session = found ?? createFrom(ref, from)
    const messages = new Map(rowsOf(session.key).map((row) => [row.id as string, toMessage(row)]))
    const summaries = new Set(summariesOf(session.key).map(({ id }) => id))
    const plan = planImport(from, { messages, summaries })
    insertMessages(session.key, plan, messages)
    for (const summary of plan.summaries) {
      const throughPosition = messages.get(summary.throughId ?? '')?.position ?? 0
      insertSummaryRow(database, session.key, { ...summary, throughPosition })
    }
    const changed = !found || plan.messages.length > 0
    if (changed) {
      moveHead(session, from, messages)
      addJobs(database, session.key, jobs)
    }
    const outcome = found ? (changed ? 'grown' : 'present') : 'new'
    return { ref, outcome, added: plan.messages.length, differing: plan.differing }
  }

  function createFrom(ref: SessionRef, { session }: SessionTree): SessionRow {
    const { namespace, sessionId } = ref
    // A deleted one would keep the name until it is purged.
    const deleted = all(
      'SELECT key FROM sessions WHERE namespace = ? AND id = ? AND deleted_at IS NOT NULL',
      namespace,
      sessionId,
    )
    removeSessions(
      database,
      deleted.map(({ key }) => key as number),
    )
    const created = createSession(ref, { title: session.title }, session.createdAt)
    run(
      'UPDATE sessions SET title_source = ?, label = ?, pinned = ? WHERE key = ?',
      session.titleSource,
      session.label,
      Number(session.pinned),
      created.key,
    )
    for (const label of session.moreLabels ?? []) {
      run('INSERT OR IGNORE INTO more_labels (label, session_key) VALUES (?, ?)', label, created.key)
    }
    return created
  }

  /** Adds what it inserts to `messages`, where the children find their parents. */
  function insertMessages(key: number, plan: ImportPlan, messages: Map<string, MessageRow>): void {
    for (const message of plan.messages) {
      const parent = message.parentId === null ? null : messages.get(message.parentId)
      if (parent === undefined) throw new MemoryError('conflict', 'A message follows one that is not there.')
      const inserted = insertMessage(key, parent, message)
      messages.set(message.id, inserted)
      if (message.error === null && message.receipt === null) continue
      const receipt = message.receipt && JSON.stringify(message.receipt)
      run('UPDATE messages SET error = ?, receipt = ? WHERE seq = ?', message.error, receipt, inserted.seq)
    }
  }

  /** To the imported end, unless the person stands somewhere else in the tree. */
  function moveHead(
    session: SessionRow,
    { session: { headId, updatedAt } }: SessionTree,
    messages: Map<string, MessageRow>,
  ): void {
    const head = headId === null ? undefined : messages.get(headId)
    const current = findMessage(session.key, session.headId)
    const moves = head && (!current || isOnPath(current, pathStretches(session.key, head)))
    tree.moveHead(session.key, moves ? head.id : session.headId, updatedAt)
  }

  return {
    listRefs: ({ namespace, after, limit }) =>
      read(() =>
        all(
          `SELECT namespace, id FROM sessions
           WHERE deleted_at IS NULL AND temporary = 0 AND namespace = coalesce(?, namespace) AND (namespace, id) > (?, ?)
           ORDER BY namespace, id LIMIT ?`,
          namespace ?? null,
          after?.namespace ?? '',
          after?.sessionId ?? '',
          limit,
        ).map((row) => ({ namespace: row.namespace as string, sessionId: row.id as string })),
      ),

    exportSession: (ref) =>
      read(() => {
        const found = findSession(ref)
        if (!found) return null
        const { id, title, titleSource, headId, pinned, createdAt, updatedAt, key } = found
        return {
          session: { id, title, titleSource, headId, pinned, ...labelsOf(key), createdAt, updatedAt },
          messages: rowsOf(key).map(toTreeMessage),
          summaries: toTreeSummaries(summariesOf(key)),
        }
      }),

    importSessions: (sessions, { jobs = [] } = {}) =>
      write(() => sessions.map((each) => importOne(each.namespace, each.tree, jobs))),
  }
}
