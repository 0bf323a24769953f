import { DatabaseSync } from 'node:sqlite'
import { aboutWords } from '#lib/memory/index-words.ts'
import type { EmbeddingServer } from './embeddings/serve.ts'
import { type Conversation, timesOf } from './recall-data.ts'

/** What answers a question over the turns of some conversations, best first. */
export type Baseline = (
  question: string,
  conversation: Conversation,
) => { sessionId: string; turnId: string }[]

/** No memory but the window. */
export const lastTwelve: Baseline = (_, { id, turns }) =>
  turns.slice(-12).map((turn) => ({ sessionId: id, turnId: turn.id }))

/** SQLite's full-text index as it is, asked for any word of the question. */
export function createPlainSearch(conversations: readonly Conversation[], pooled: boolean): Baseline {
  const database = new DatabaseSync(':memory:')
  database.exec("CREATE VIRTUAL TABLE said USING fts5 (text, tag, tokenize = 'porter unicode61')")
  const insert = database.prepare('INSERT INTO said (rowid, text, tag) VALUES (?, ?, ?)')
  const places = conversations.flatMap(({ id, turns }, number) =>
    turns.map((turn) => ({ sessionId: id, turnId: turn.id, text: turn.text, tag: `c${number}` })),
  )
  for (const [index, { text, tag }] of places.entries()) insert.run(index + 1, text, tag)
  const search = database.prepare(
    'SELECT rowid FROM said WHERE said MATCH ? ORDER BY bm25(said, 1, 0) LIMIT 50',
  )
  return (question, conversation) => {
    const words = question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
    const tag = pooled ? '' : `tag : c${conversations.indexOf(conversation)} AND `
    const rows = search.all(`${tag}text : (${words.map((word) => `"${word}"`).join(' OR ')})`)
    return rows.flatMap((row) => places[(row.rowid as number) - 1] ?? [])
  }
}

const PER_CALL = 64

/** What is nearest by the cosine alone, over the same vectors as ours, as the original searches. */
export async function createVectorSearch(
  conversations: readonly Conversation[],
  pooled: boolean,
  { embed }: EmbeddingServer,
): Promise<Baseline> {
  const vectorsOf = async (texts: string[]) => {
    const vectors: Float32Array[] = []
    for (let from = 0; from < texts.length; from += PER_CALL)
      vectors.push(
        ...(await embed(texts.slice(from, from + PER_CALL))).map((each) => Float32Array.from(each)),
      )
    return vectors
  }
  const places = conversations.flatMap(({ id, turns }) => {
    const times = timesOf(turns)
    return turns.map((turn, index) => {
      const about = aboutWords({ name: turn.speaker, createdAt: Date.parse(times[index] ?? '') })
      return { sessionId: id, turnId: turn.id, text: `${about}: ${turn.text.slice(0, MAX_CHARS)}` }
    })
  })
  const vectors = await vectorsOf(places.map(({ text }) => text))
  const questions = conversations.flatMap((each) => each.questions.map(({ text }) => text))
  const asked = new Map((await vectorsOf(questions)).map((vector, index) => [questions[index], vector]))
  return (question, conversation) => {
    const vector = asked.get(question) ?? new Float32Array()
    return places
      .map((place, index) => ({ ...place, score: dot(vector, vectors[index] ?? vector) }))
      .filter(({ sessionId }) => pooled || sessionId === conversation.id)
      .sort((a, b) => b.score - a.score)
      .slice(0, 50)
  }
}

/** As the app cuts them. */
const MAX_CHARS = 2000

const dot = (one: Float32Array, two: Float32Array) =>
  one.reduce((sum, value, index) => sum + value * (two[index] ?? 0), 0)
