import { DatabaseSync } from 'node:sqlite'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { SessionRef, Store } from '#lib/memory/store/store.ts'
import type { Conversation } from './crowd.ts'
import { checkSession, type Held, type Problem, type Sent } from './ledger.ts'

const PAGE = 200
/** The leases of a dead process run out after 15 s. */
const CATCH_UP_MS = 90_000

/** Compares conversations with what the database file holds, and lets the store audit each. */
export async function inspect(file: string, conversations: Conversation[]): Promise<Problem[]> {
  if (conversations.length === 0) return []
  const refs = refsOf(file)
  const store = createSqliteStore(file)
  try {
    const found = await Promise.all(
      conversations.map(async ({ kind, sessionId, sent }) => {
        const ref = refs.get(sessionId)
        if (!ref) return checkSession(sent, [])
        const path = await readPath(store, ref)
        const held = kind === 'chat' ? path : named(path, sent)
        return [...checkSession(sent, held), ...(await auditOf(store, ref, held.length))]
      }),
    )
    return found.flat()
  } finally {
    await store.close()
  }
}

/** The messages of a program under the names of the ledger, found by their texts. */
function named(held: Held[], sent: Sent[]): Held[] {
  const ids = new Map(sent.map(({ text, id }) => [text, id]))
  return held.map((message) => ({ ...message, id: ids.get(message.content) ?? message.id }))
}

async function auditOf(store: Store, ref: SessionRef, length: number): Promise<Problem[]> {
  const audit = await store.audit(ref)
  const sound =
    audit.lost === 0 &&
    audit.doubled === 0 &&
    audit.messages === length &&
    audit.summarised + audit.window === length
  return sound ? [] : [{ kind: 'audit', what: `${ref.sessionId}: ${JSON.stringify(audit)} of ${length}` }]
}

/** After the last restart: no reply is left half written, all work that waited is done, and the file is sound. */
export async function inspectAtRest(file: string): Promise<Problem[]> {
  const problems: Problem[] = []
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  const count = (sql: string) => Number(database.prepare(sql).get()?.n)
  try {
    const until = Date.now() + CATCH_UP_MS
    while (count('SELECT count(*) AS n FROM jobs') > 0 && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 250))
    const jobs = count('SELECT count(*) AS n FROM jobs')
    if (jobs > 0) problems.push({ kind: 'audit', what: `${jobs} jobs still wait` })
    const unfinished = count("SELECT count(*) AS n FROM messages WHERE status = 'streaming'")
    if (unfinished > 0)
      problems.push({ kind: 'audit', what: `${unfinished} replies are still being written` })
    const sound = database.prepare('PRAGMA integrity_check').get()?.integrity_check
    if (sound !== 'ok') problems.push({ kind: 'audit', what: `integrity check: ${sound}` })
  } finally {
    database.close()
  }
  return problems
}

function refsOf(file: string): Map<string, SessionRef> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  const rows = database.prepare('SELECT namespace, id FROM sessions').all()
  database.close()
  return new Map(
    rows.map(({ namespace, id }) => [String(id), { namespace: String(namespace), sessionId: String(id) }]),
  )
}

async function readPath(store: Store, ref: SessionRef): Promise<Held[]> {
  const held: Held[] = []
  for (let before: number | undefined; ; ) {
    const page = await store.listPath(ref, { limit: PAGE, ...(before !== undefined && { before }) })
    held.unshift(...page.messages.map(({ id, role, content, status }) => ({ id, role, content, status })))
    if (!page.hasEarlier) return held
    before = page.messages[0]?.position
  }
}
