import { createHash } from 'node:crypto'
import { overlap } from '../remote/remote-window.ts'
import type { NewMessage, SessionRef, Store } from '../store/store.ts'
import type { SessionTree, TreeMessage } from '../store/transfer.ts'
import { estimateTokens } from '../tokens.ts'
import type { OriginalMessage, OriginalSession } from './deployment.ts'

/** What came over, counted. */
export type ImportReport = {
  sessions: { new: number; grown: number; present: number; inUse: number }
  messages: { window: number; older: number }
  contexts: number
  labels: string[]
  ambiguous: number
  unreadable: number
}

type Outcome = keyof ImportReport['sessions']

/**
 * Takes the sessions of an original deployment into a namespace, each in a transaction of its own: ids, messages in their
 * order, and the context before them. Twice is once; what a session has got there since the last import is added here. A
 * session that is in use here under the same id is left alone.
 */
export async function importDeployment(
  store: Store,
  sessions: AsyncIterable<OriginalSession>,
  options: { namespace: string; now: number; titleOf(text: string): string },
): Promise<ImportReport> {
  const report: ImportReport = {
    sessions: { new: 0, grown: 0, present: 0, inUse: 0 },
    messages: { window: 0, older: 0 },
    contexts: 0,
    labels: [],
    ambiguous: 0,
    unreadable: 0,
  }
  for await (const session of sessions) {
    const ref = { namespace: options.namespace, sessionId: session.id }
    const held = await store.exportSession(ref)
    const { outcome, window } = held
      ? await importAgain(store, ref, held, session, options.now)
      : await importNew(store, ref, session, options)
    report.sessions[outcome] += 1
    report.messages.window += window
    if (outcome === 'new' || outcome === 'grown') {
      report.ambiguous += session.ambiguous
      report.unreadable += session.unreadable
    }
    if (outcome !== 'new') continue
    report.messages.older += session.older.length
    if (session.context !== null) report.contexts += 1
    for (const label of session.labels) {
      if (label !== '' && !report.labels.includes(label)) report.labels.push(label)
    }
  }
  return report
}

async function importNew(
  store: Store,
  { namespace }: SessionRef,
  session: OriginalSession,
  { now, titleOf }: { now: number; titleOf(text: string): string },
): Promise<{ outcome: Outcome; window: number }> {
  const tree = treeOf(session, titleOf, now)
  await store.importSessions([{ namespace, tree }], { jobs: [{ kind: 'compaction', dueAt: now }] })
  return { outcome: 'new', window: session.window.length }
}

/** Appends what follows the messages that an import has brought before. */
async function importAgain(
  store: Store,
  ref: SessionRef,
  held: SessionTree,
  session: OriginalSession,
  now: number,
): Promise<{ outcome: Outcome; window: number }> {
  const byId = new Map(held.messages.map((message) => [message.id, message]))
  const imported: TreeMessage[] = []
  for (let next = byId.get(windowId(session.id, 0)); next; ) {
    imported.push(next)
    next = byId.get(windowId(session.id, imported.length))
  }
  const isOurs =
    imported.length > 0 ||
    held.summaries.some(({ id }) => id === contextId(session.id)) ||
    session.older.some(({ key }) => byId.has(olderId(session.id, key)))
  if (!isOurs && (held.messages.length > 0 || held.summaries.length > 0))
    return { outcome: 'inUse', window: 0 }
  const added = session.window.slice(overlap(imported, session.window))
  if (added.length === 0) return { outcome: 'present', window: 0 }
  const at = session.activeAt ?? now
  const messages: NewMessage[] = added.map((message, index) => ({
    ...message,
    id: windowId(session.id, imported.length + index),
    createdAt: at,
  }))
  await store.appendMessages(ref, messages, { jobs: [{ kind: 'compaction', dueAt: now }] })
  return { outcome: 'grown', window: added.length }
}

/** What is older than the window comes before it, covered by the context, so that a window is what it was. */
function treeOf(session: OriginalSession, titleOf: (text: string) => string, now: number): SessionTree {
  const at = session.activeAt ?? now
  const older = session.older.map(({ key, ...message }) => ({
    ...message,
    id: olderId(session.id, key),
  }))
  const window = session.window.map((message, index) => ({ ...message, id: windowId(session.id, index) }))
  const messages = chain([...older, ...window], at)
  const [label = '', ...moreLabels] = session.labels
  return {
    session: {
      id: session.id,
      title: titleOf(session.window[0]?.content ?? session.context ?? ''),
      titleSource: 'first-words',
      headId: messages.at(-1)?.id ?? null,
      pinned: false,
      label,
      moreLabels,
      createdAt: at,
      updatedAt: at,
    },
    messages,
    summaries:
      session.context === null
        ? []
        : [
            {
              id: contextId(session.id),
              throughId: older.at(-1)?.id ?? null,
              baseId: null,
              context: session.context,
              tokens: estimateTokens(session.context),
              folded: older.length,
              source: 'client',
              model: null,
              createdAt: at,
            },
          ],
  }
}

function chain(messages: (OriginalMessage & { id: string })[], at: number): TreeMessage[] {
  return messages.map((message, index) => ({
    ...message,
    parentId: messages[index - 1]?.id ?? null,
    name: null,
    byChat: false,
    status: 'complete',
    error: null,
    receipt: null,
    createdAt: at,
  }))
}

const windowId = (sessionId: string, index: number) => idOf(sessionId, 'window', index)
const olderId = (sessionId: string, key: string) => idOf(sessionId, 'older', key)
const contextId = (sessionId: string) => idOf(sessionId, 'context', 0)

/** The same at every import: a UUID (version 8, of one's own making) from the names that the original has. */
function idOf(sessionId: string, kind: string, name: string | number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(['motorhead', sessionId, kind, name]))
    .digest('hex')
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`]
  return [...parts, hash.slice(20, 32)].join('-')
}
