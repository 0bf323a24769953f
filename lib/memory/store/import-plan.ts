import { MemoryError } from '../errors.ts'
import type { SessionTree, TreeMessage, TreeSummary } from './transfer.ts'

/** What a session holds already, by id. */
export type Held = {
  messages: ReadonlyMap<string, { role: string; content: string }>
  summaries: ReadonlySet<string>
}

export type ImportPlan = {
  /** To be inserted in this order; each parent is held or stands before. */
  messages: TreeMessage[]
  summaries: TreeSummary[]
  differing: number
}

/** Which parts of a tree are to be written into a session that holds `held` (nothing of one that is new). */
export function planImport(tree: SessionTree, held: Held): ImportPlan {
  checkTree(tree)
  const forgotten = forgottenIn(tree, held)
  const parents = new Map(tree.messages.map(({ id, parentId }) => [id, parentId]))
  function keptParent(message: TreeMessage): string | null {
    let parentId = message.parentId
    while (parentId !== null && forgotten.has(parentId)) parentId = parents.get(parentId) ?? null
    return parentId
  }
  const messages = tree.messages
    .filter(({ id }) => !held.messages.has(id) && !forgotten.has(id))
    .map((message) => ({ ...message, parentId: keptParent(message), status: ended(message.status) }))
  return {
    messages,
    summaries: summariesToAdd(tree, held, messages, forgotten),
    differing: tree.messages.filter((message) => differs(message, held)).length,
  }
}

/** Not here, while one that follows it is: messages are only ever added at the end, so this one was forgotten here. */
function forgottenIn(tree: SessionTree, held: Held): Set<string> {
  const followed = new Set<string>()
  const forgotten = new Set<string>()
  for (const { id, parentId } of tree.messages.toReversed()) {
    const isHeld = held.messages.has(id)
    if (!isHeld && followed.has(id)) forgotten.add(id)
    if (parentId !== null && (isHeld || followed.has(id))) followed.add(parentId)
  }
  return forgotten
}

function summariesToAdd(
  tree: SessionTree,
  held: Held,
  added: TreeMessage[],
  forgotten: ReadonlySet<string>,
): TreeSummary[] {
  const isNew = held.messages.size === 0
  const clean = new Set<string>()
  const tainted = new Set<string>()
  for (const { id, parentId } of tree.messages) {
    if (forgotten.has(id) || (parentId !== null && tainted.has(parentId))) tainted.add(id)
  }
  for (const { id } of added) if (!tainted.has(id)) clean.add(id)
  const there = new Set(held.summaries)
  return tree.summaries.filter(({ id, throughId, baseId }) => {
    const fits = throughId === null ? isNew : clean.has(throughId)
    if (there.has(id) || !fits || (baseId !== null && !there.has(baseId))) return false
    there.add(id)
    return true
  })
}

/** Nothing is written on behalf of an imported reply any more. */
const ended = (status: TreeMessage['status']) => (status === 'streaming' ? 'interrupted' : status)

function differs({ id, role, content }: TreeMessage, { messages }: Held): boolean {
  const here = messages.get(id)
  return here !== undefined && (here.role !== role || here.content !== content)
}

/** Throws `conflict` when it is no tree: an unknown parent, head or base, or an id that stands twice. */
export function checkTree({ session, messages, summaries }: SessionTree): void {
  const seen = new Set<string>()
  for (const { id, parentId } of messages) {
    if (seen.has(id)) throw broken(session.id, `holds the message "${id}" twice`)
    if (parentId !== null && !seen.has(parentId))
      throw broken(session.id, `holds the message "${id}" before the one that it follows`)
    seen.add(id)
  }
  if (session.headId !== null && !seen.has(session.headId))
    throw broken(session.id, 'shows a message that it does not hold')
  const made = new Set<string>()
  for (const { id, throughId, baseId } of summaries) {
    if (made.has(id)) throw broken(session.id, `holds the summary "${id}" twice`)
    if (throughId !== null && !seen.has(throughId))
      throw broken(session.id, `holds the summary "${id}" of a message that it does not hold`)
    if (baseId !== null && !made.has(baseId))
      throw broken(session.id, `holds the summary "${id}" before the one that it grew from`)
    made.add(id)
  }
}

const broken = (sessionId: string, what: string) =>
  new MemoryError('conflict', `The session "${sessionId}" ${what}. Nothing was imported.`)
