import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPlainSearch, lastTwelve } from './recall-baselines.ts'
import { createRecallClient, type RecallClient } from './recall-client.ts'
import { type Conversation, type DataSet, type Question, readSets } from './recall-data.ts'

/**
 * How much of what answers a question is found among the first k (R@k), through the memory API over HTTP as a program
 * would use it: one session a conversation, and all conversations of a key pooled. Then the time of a query in a file of
 * 38,000 messages. Set DATABASE_URL to measure Postgres, EMBEDDING_MODEL and OPENAI_BASE_URL to find by meaning, too.
 */
const DEPTHS = [5, 10, 25, 50]
const MANY = 38_000

const percents = (sums: number[], count: number) => sums.map((sum) => ((100 * sum) / count).toFixed(1))

const at = (times: number[], share: number) =>
  (times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0).toFixed(1)

const row = (name: string, shares: string[], ms: string[]) =>
  [name.padEnd(34), ...shares.map((share) => share.padStart(6)), ...ms.map((each) => each.padStart(9))].join(
    '',
  )

const sets = readSets()
if (sets.length === 0) process.exit()
const keyOf = (set: string) => `${set.replaceAll(' ', '-').toLowerCase()}-0123456789abcdef`
const names = [...sets.map(({ name }) => name), 'many']
const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-recall-'))
const server = fork(fileURLToPath(new URL('memory-server.ts', import.meta.url)), {
  execArgv: ['--conditions=react-server'],
  env: {
    ...process.env,
    DATA_DIR: folder,
    OLLAMA_URL: 'off',
    MOTORHEAD_KEYS: names.map((name) => `${name.replaceAll(' ', '-')}:${keyOf(name)}`).join(','),
  },
})
try {
  const [port] = (await once(server, 'message')) as [number]
  const url = `http://127.0.0.1:${port}`
  for (const set of sets) await measureSet(set, createRecallClient(url, keyOf(set.name)))
  await measureTime(createRecallClient(url, keyOf('many')))
} finally {
  server.disconnect()
  await once(server, 'exit')
  rmSync(folder, { recursive: true })
}

type Answer = (question: Question, conversation: Conversation) => Promise<{ found: Place[]; ms: number }>
type Place = { sessionId: string; turnId: string | undefined }

async function measureSet(set: DataSet, client: RecallClient): Promise<void> {
  for (const conversation of set.conversations) await client.ingest(conversation, conversation.id)
  const turns = set.conversations.reduce((sum, each) => sum + each.turns.length, 0)
  console.log(`\n${set.name}: ${set.conversations.length} conversations, ${turns} turns`)
  console.log(row('R@', DEPTHS.map(String), ['p50 ms', 'p95 ms']))
  const plain = createPlainSearch(set.conversations, false)
  const pooled = createPlainSearch(set.conversations, true)
  await report(set, 'last 12 messages', async (_, each) => ({ found: lastTwelve('', each), ms: 0 }))
  await report(set, 'plain FTS5 bm25', async ({ text }, each) => ({ found: plain(text, each), ms: 0 }))
  await report(set, 'motorhead-chat', ({ text }, { id }) => client.retrieve(id, text, 50, 'session'), true)
  await report(set, 'pooled: plain FTS5 bm25', async ({ text }, each) => ({
    found: pooled(text, each),
    ms: 0,
  }))
  await report(set, 'pooled: motorhead-chat', ({ text }, { id }) =>
    client.retrieve(id, text, 50, 'namespace'),
  )
}

async function report(set: DataSet, name: string, answer: Answer, byType = false): Promise<void> {
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
  if (!byType) return
  for (const [type, { asked: count, found }] of types)
    console.log(row(`  ${type.replaceAll('_', ' ')} (${count})`, percents(found, count), []))
}

/** All that is there plus copies of it, until there are many: what a query takes then. */
async function measureTime(client: RecallClient): Promise<void> {
  const conversations = sets.flatMap((set) => set.conversations)
  const perRound = conversations.reduce((sum, { turns }) => sum + turns.length, 0)
  let messages = perRound
  for (let round = 1; messages < MANY; round++) {
    for (const each of conversations) {
      if (messages >= MANY) break
      await client.ingest(each, `${each.id}-${round}`)
      messages += each.turns.length
    }
  }
  console.log(`\nTime of a query over HTTP, 10 hits, ${messages} messages in one file`)
  for (const scope of ['session', 'namespace'] as const) {
    for (const set of sets) {
      const times: number[] = []
      for (const { id, questions } of set.conversations) {
        for (const { text } of questions.slice(0, 60))
          times.push((await client.retrieve(`${id}-1`, text, 10, scope)).ms)
      }
      const name = `${set.name}, ${scope === 'session' ? 'one session' : 'pooled'}`
      console.log(`${name.padEnd(28)} p50 ${at(times, 0.5)} ms   p95 ${at(times, 0.95)} ms`)
    }
  }
}

function shareFound(evidence: readonly string[], found: readonly Place[], sessionId: string): number {
  const turns = new Set(found.filter((place) => place.sessionId === sessionId).map(({ turnId }) => turnId))
  return evidence.filter((id) => turns.has(id)).length / evidence.length
}
