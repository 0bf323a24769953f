/** Of a Redis client, what reading an original deployment takes. */
export type RedisReader = {
  scanIterator(options: { MATCH: string; TYPE: string; COUNT: number }): AsyncIterable<string[]>
  zRangeWithScores(key: string, from: number, to: number): Promise<{ value: string; score: number }[]>
  lRange(key: string, from: number, to: number): Promise<string[]>
  get(key: string): Promise<string | null>
  hmGet(key: string, fields: string[]): Promise<(string | null)[]>
}

export type OriginalMessage = { role: string; content: string }

/** A session of an original deployment. */
export type OriginalSession = {
  id: string
  /** The namespaces that it was listed under, the newest first; they divided the listing only. */
  labels: string[]
  /** Unix milliseconds of its last activity, the only time that was kept; `null` for one that was listed nowhere. */
  activeAt: number | null
  /** Oldest first. */
  window: OriginalMessage[]
  /** Of the long-term memory, without those of the window; their order was not kept. */
  older: (OriginalMessage & { key: string })[]
  context: string | null
  /** Messages whose role may end later than at the first `": "`, where they were split as the original splits them. */
  ambiguous: number
  /** Entries without a role, which the original does not show either. */
  unreadable: number
}

const COUNT = 500

/**
 * Reads all sessions of an original Motörhead from its Redis: lists `session:{id}` of `"{role}: {content}"` (newest first),
 * strings `context:{id}`, sorted sets `sessions` and `sessions:{namespace}` (score: unix seconds), and hashes
 * `motorhead:{nanoid}` of the long-term memory. Writes nothing.
 */
export async function* readDeployment(redis: RedisReader): AsyncGenerator<OriginalSession> {
  const listed = await readListings(redis)
  const longTerm = await readLongTerm(redis)
  const ids = new Set([...listed.keys(), ...longTerm.keys()])
  for (const [pattern, type] of [
    ['session:*', 'list'],
    ['context:*', 'string'],
  ] as const) {
    for await (const key of keysOf(redis, pattern, type)) ids.add(key.slice(pattern.length - 1))
  }
  for (const id of ids) {
    const session = await readSession(redis, id, longTerm.get(id) ?? [])
    // Listed still, and deleted since.
    if (session.window.length === 0 && session.older.length === 0 && session.context === null) continue
    const { labels = [], activeAt = null } = listed.get(id) ?? {}
    yield { id, labels, activeAt, ...session }
  }
}

async function readSession(
  redis: RedisReader,
  id: string,
  longTerm: (OriginalMessage & { key: string })[],
): Promise<Pick<OriginalSession, 'window' | 'older' | 'context' | 'ambiguous' | 'unreadable'>> {
  const entries = (await redis.lRange(`session:${id}`, 0, -1)).reverse()
  const context = (await redis.get(`context:${id}`)) || null
  const window: OriginalMessage[] = []
  const older = [...longTerm]
  let ambiguous = 0
  let unreadable = 0
  for (const entry of entries) {
    // The long-term memory keeps role and content apart, so it knows where a role ends.
    const known = older.findIndex(({ role, content }) => `${role}: ${content}` === entry)
    const [message] = known < 0 ? [parseEntry(entry)] : older.splice(known, 1)
    if (!message) unreadable += 1
    else window.push({ role: message.role, content: message.content })
    if (message && known < 0 && message.content.includes(': ')) ambiguous += 1
  }
  return { window, older, context, ambiguous, unreadable }
}

/** `null` for an entry without a role. */
function parseEntry(entry: string): OriginalMessage | null {
  const end = entry.indexOf(': ')
  return end < 0 ? null : { role: entry.slice(0, end), content: entry.slice(end + 2) }
}

type Listing = Pick<OriginalSession, 'labels'> & { activeAt: number }

/** Which sessions are listed, and where. */
async function readListings(redis: RedisReader): Promise<Map<string, Listing>> {
  const listed = new Map<string, Listing>()
  for await (const key of keysOf(redis, 'sessions*', 'zset')) {
    if (key !== 'sessions' && !key.startsWith('sessions:')) continue
    const label = key.slice('sessions:'.length)
    for (const { value: id, score } of await redis.zRangeWithScores(key, 0, -1)) {
      const activeAt = Math.round(score * 1000)
      const before = listed.get(id)
      if (!before || before.activeAt < activeAt)
        listed.set(id, { labels: [label, ...(before?.labels ?? [])], activeAt })
      else before.labels.push(label)
    }
  }
  return listed
}

async function readLongTerm(redis: RedisReader): Promise<Map<string, (OriginalMessage & { key: string })[]>> {
  const bySession = new Map<string, (OriginalMessage & { key: string })[]>()
  for await (const key of keysOf(redis, 'motorhead:*', 'hash')) {
    const [session, role, content] = await redis.hmGet(key, ['session', 'role', 'content'])
    if (session == null || role == null || content == null) continue
    const messages = bySession.get(session) ?? []
    messages.push({ key, role, content })
    bySession.set(session, messages)
  }
  // A scan comes in any order; the same import twice must not.
  for (const messages of bySession.values()) messages.sort((one, other) => (one.key < other.key ? -1 : 1))
  return bySession
}

/** Each key once: a scan may name one twice. */
async function* keysOf(redis: RedisReader, pattern: string, type: string): AsyncGenerator<string> {
  const seen = new Set<string>()
  for await (const keys of redis.scanIterator({ MATCH: pattern, TYPE: type, COUNT })) {
    for (const key of keys) {
      if (seen.has(key)) continue
      seen.add(key)
      yield key
    }
  }
}
