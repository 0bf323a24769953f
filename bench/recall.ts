import { parseArgs } from 'node:util'
import { startEmbeddings } from './embeddings/serve.ts'
import { createPlainSearch, createVectorSearch, lastTwelve } from './recall-baselines.ts'
import type { RecallClient } from './recall-client.ts'
import { type Conversation, type DataSet, type Question, readSets } from './recall-data.ts'
import { type MemoryServer, sessionOf, startMemory } from './recall-servers.ts'

/**
 * How much of what answers a question is found among the first k (R@k), through the memory API over HTTP as a program
 * would use it: one session a conversation, and all conversations of a key pooled. Then the time of a query among 38,000
 * messages. `--embeddings` adds what is found by meaning, too, with a small real model; `--postgres` measures over that.
 */
const DEPTHS = [5, 10, 25, 50]
const MANY = 38_000

/** Of R@10, in percent: what must be reached without an embedding model, and with one. */
const MUST: Record<string, [number, number]> = {
  LoCoMo: [70, 75],
  'pooled: LoCoMo': [69, 73],
  'BEAM 100K': [58, 58],
}

const percents = (sums: number[], count: number) => sums.map((sum) => ((100 * sum) / count).toFixed(1))

const at = (times: number[], share: number) =>
  (times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0).toFixed(1)

const row = (name: string, shares: string[], ms: string[]) =>
  [name.padEnd(34), ...shares.map((share) => share.padStart(6)), ...ms.map((each) => each.padStart(9))].join(
    '',
  )

const sets = readSets()
if (sets.length === 0) process.exit()
const { values: options } = parseArgs({
  options: { embeddings: { type: 'boolean' }, postgres: { type: 'boolean' } },
})
const embeddings = options.embeddings ? await startEmbeddings() : null
const names = [...sets.map(({ name }) => name), 'many']
const postgres = options.postgres ?? false
const servers = [{ name: 'motorhead-chat', server: await startMemory(names, { postgres }) }]
if (embeddings)
  servers.push({ name: 'with embeddings', server: await startMemory(names, { postgres, embeddings }) })
try {
  console.log(`Over ${postgres ? 'Postgres' : 'SQLite'}`)
  for (const set of sets) await measureSet(set)
  for (const { name, server } of servers) await measureTime(name, server)
} finally {
  for (const { server } of servers) await server.close()
  await embeddings?.close()
}

type Answer = (question: Question, conversation: Conversation) => Promise<{ found: Place[]; ms: number }>
type Place = { sessionId: string; turnId: string | undefined }

async function measureSet(set: DataSet): Promise<void> {
  const { name, conversations } = set
  const clients: { name: string; client: RecallClient; must: 0 | 1 }[] = []
  for (const [index, each] of servers.entries()) {
    const client = each.server.client(name)
    await each.server.ingest(client, conversations)
    await each.server.settle()
    clients.push({ name: each.name, client, must: index === 0 ? 0 : 1 })
  }
  const turns = conversations.reduce((sum, each) => sum + each.turns.length, 0)
  for (const pooled of [false, true]) {
    console.log(`\n${name}${pooled ? ', pooled' : ''}: ${conversations.length} conversations, ${turns} turns`)
    console.log(row('R@', DEPTHS.map(String), ['p50 ms', 'p95 ms']))
    const baselines = {
      ...(!pooled && { 'last 12 messages': lastTwelve }),
      ...(embeddings && {
        'pure vector, same model': await createVectorSearch(conversations, pooled, embeddings),
      }),
      'plain FTS5 bm25': createPlainSearch(conversations, pooled),
    }
    for (const [label, search] of Object.entries(baselines))
      await report(set, label, async ({ text }, each) => ({ found: search(text, each), ms: 0 }))
    for (const { name: label, client, must } of clients) {
      const scope = pooled ? 'namespace' : 'session'
      const reached = await report(set, label, ({ text }, { id }) => client.retrieve(id, text, 50, scope), {
        byType: !pooled,
      })
      const least = MUST[`${pooled ? 'pooled: ' : ''}${name}`]?.[must]
      if (least !== undefined) console.log(`  must reach ${least} at 10: ${reached >= least ? 'yes' : 'NO'}`)
    }
  }
}

/** Prints a line, and answers R@10 in percent. */
async function report(set: DataSet, name: string, answer: Answer, { byType = false } = {}): Promise<number> {
  const times: number[] = []
  const all = DEPTHS.map(() => 0)
  const types = new Map<string, { asked: number; found: number[] }>()
  let asked = 0
  for (const conversation of set.conversations) {
    const there = new Set(conversation.turns.map(({ id }) => id))
    for (const question of conversation.questions) {
      const evidence = question.evidence.filter((id) => there.has(id))
      if (evidence.length === 0) continue
      const { found, ms } = await answer(question, conversation)
      const type = types.get(question.type) ?? { asked: 0, found: DEPTHS.map(() => 0) }
      types.set(question.type, type)
      asked++
      type.asked++
      times.push(ms)
      for (const [index, depth] of DEPTHS.entries()) {
        const share = shareFound(evidence, found.slice(0, depth), conversation.id)
        all[index] = (all[index] ?? 0) + share
        type.found[index] = (type.found[index] ?? 0) + share
      }
    }
  }
  const ms = times.some((each) => each > 0) ? [at(times, 0.5), at(times, 0.95)] : []
  console.log(row(name, percents(all, asked), ms))
  for (const [type, { asked: count, found }] of byType ? types : [])
    console.log(row(`  ${type.replaceAll('_', ' ')} (${count})`, percents(found, count), []))
  return (100 * (all[DEPTHS.indexOf(10)] ?? 0)) / asked
}

/** What a query takes in a session and over all sessions of a namespace that holds 38,000 messages: copies of what is there. */
async function measureTime(label: string, server: MemoryServer): Promise<void> {
  const client = server.client('many')
  const conversations = sets.flatMap((set) => set.conversations)
  let messages = 0
  for (let round = 1; messages < MANY; round++) {
    for (const each of conversations) {
      if (messages >= MANY) break
      await server.ingest(client, [each], round)
      messages += each.turns.length
    }
  }
  await server.settle()
  console.log(`\nTime of a query over HTTP, ${label}, 10 hits, ${messages} messages in the namespace`)
  for (const scope of ['session', 'namespace'] as const) {
    for (const set of sets) {
      const times: number[] = []
      for (const each of set.conversations) {
        for (const { text } of each.questions.slice(0, 60))
          times.push((await client.retrieve(sessionOf(each, 1), text, 10, scope)).ms)
      }
      const name = `${set.name}, ${scope === 'session' ? 'one session' : 'all of them'}`
      console.log(`${name.padEnd(28)} p50 ${at(times, 0.5)} ms   p95 ${at(times, 0.95)} ms`)
    }
  }
}

function shareFound(evidence: readonly string[], found: readonly Place[], sessionId: string): number {
  const turns = new Set(found.filter((place) => place.sessionId === sessionId).map(({ turnId }) => turnId))
  return evidence.filter((id) => turns.has(id)).length / evidence.length
}
