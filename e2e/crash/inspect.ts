import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionRef, Store } from '#lib/memory/store/store.ts'
import type { Conversation } from './crowd.ts'
import { checkSession, type Held, type Problem, type Sent } from './ledger.ts'
import type { Place } from './place.ts'

const PAGE = 200
/** The leases of a dead process run out after 15 s. */
const CATCH_UP_MS = 90_000

/** Compares conversations with what the database holds, and lets the store audit each. */
export async function inspect(place: Place, conversations: Conversation[]): Promise<Problem[]> {
  if (conversations.length === 0) return []
  const refs = await place.refs()
  const store = await place.openStore()
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

/**
 * After the last restart: no reply is left half written, all work that waited is done, and the files are sound. `nudge` is a
 * request: who lives through a death of the database catches up with the next one.
 */
export async function inspectAtRest(place: Place, nudge = async () => {}): Promise<Problem[]> {
  const until = Date.now() + CATCH_UP_MS
  let left = await place.leftOver()
  while (left.jobs + left.streaming > 0 && Date.now() < until) {
    await sleep(250)
    await nudge()
    left = await place.leftOver()
  }
  const problems: Problem[] = []
  if (left.jobs > 0) problems.push({ kind: 'audit', what: `${left.jobs} jobs still wait` })
  if (left.streaming > 0)
    problems.push({ kind: 'audit', what: `${left.streaming} replies are still being written` })
  const damage = await place.damage()
  if (damage !== null) problems.push({ kind: 'audit', what: `the files are damaged: ${damage}` })
  return problems
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
