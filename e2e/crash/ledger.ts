/** What one client sent, and what it was told about it. Ticks order what happened to all clients. */
export type Sent = {
  id: string
  replyId: string
  text: string
  /** When it was first sent. */
  askedAt: number
  /** When its answer began: from then on it must be there. `null`: nobody knows. */
  ackedAt: number | null
  /** Refused and never taken: it must not be there. */
  refused: boolean
  /** The text of the reply as far as it was seen, and whether its end was seen, too. */
  reply: { seen: string; complete: boolean }
}

/** A message as the store holds it, oldest first. */
export type Held = { id: string; role: string; content: string; status: string }

export type Problem = {
  kind: 'lost' | 'doubled' | 'out of order' | 'changed' | 'unknown' | 'audit'
  what: string
}

/**
 * Whether a session holds what its clients were promised: every acknowledged message once, with its text, in an order
 * in which it can have happened; nothing that was refused or never sent; of replies whose end was seen, the same text.
 */
export function checkSession(sent: readonly Sent[], held: readonly Held[]): Problem[] {
  const problems: Problem[] = []
  const report = (kind: Problem['kind'], what: string) => problems.push({ kind, what })
  const byId = new Map(sent.map((each) => [each.id, each]))
  const byReply = new Map(sent.map((each) => [each.replyId, each]))
  const timesHeld = countBy(held.filter(({ role }) => role === 'user').map(({ content }) => content))

  for (const { id, text, ackedAt, refused } of sent) {
    const times = timesHeld.get(text) ?? 0
    if (times > 1) report('doubled', `${id} is there ${times} times`)
    if (times === 0 && ackedAt !== null) report('lost', `${id} was acknowledged and is not there`)
    if (times > 0 && refused) report('unknown', `${id} was refused and is there`)
  }
  for (const message of held) {
    const origin = message.role === 'user' ? byId.get(message.id) : byReply.get(message.id)
    if (!origin) report('unknown', `${message.id} was never sent`)
    else if (message.role === 'user' && message.content !== origin.text)
      report('changed', `${message.id} has another text`)
  }
  const replies = new Map(held.map((message) => [message.id, message]))
  for (const { replyId, reply } of sent) {
    const message = replies.get(replyId)
    if (reply.complete && !message) report('lost', `the reply ${replyId} was seen whole and is not there`)
    else if (reply.complete && (message?.content !== reply.seen || message.status !== 'complete'))
      report('changed', `the reply ${replyId} was seen whole and is another now`)
    else if (message && !isBeginning(message.content, reply.seen))
      report('changed', `the reply ${replyId} is not what was seen of it`)
  }
  return [...problems, ...checkOrder(held, byId)]
}

/** A message that was acknowledged before another one was sent stands before it. */
function checkOrder(held: readonly Held[], byId: ReadonlyMap<string, Sent>): Problem[] {
  let latestAsked = { at: -1, id: '' }
  return held.flatMap(({ id }) => {
    const message = byId.get(id)
    if (!message) return []
    const overtaken = message.ackedAt !== null && message.ackedAt < latestAsked.at
    const problem: Problem = { kind: 'out of order', what: `${id} stands behind ${latestAsked.id}` }
    if (message.askedAt > latestAsked.at) latestAsked = { at: message.askedAt, id }
    return overtaken ? [problem] : []
  })
}

/** A crash takes the newest words of a reply: what is kept and what was seen begin alike. */
function isBeginning(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one)
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
