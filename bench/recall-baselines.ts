import { DatabaseSync } from 'node:sqlite'
import type { Conversation } from './recall-data.ts'

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
