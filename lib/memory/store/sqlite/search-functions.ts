import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { aboutWords, contentWords, isReply } from '../../index-words.ts'

/** What the full-text index holds of a row, as functions of SQL: writing a message and indexing old ones is one thing. */
export function addSearchFunctions(database: DatabaseSync): void {
  const options = { deterministic: true }
  database.function('content_words', options, (content) => contentWords(String(content)))
  database.function('about_words', options, (name, createdAt) =>
    aboutWords({ name: name as string | null, createdAt: Number(createdAt) }),
  )
  database.function('is_reply', options, (role, name) =>
    Number(isReply({ role: String(role), name: name as string | null })),
  )
  database.function('tag_words', options, (key, namespace, temporary) =>
    // A temporary session is searched by itself only.
    temporary ? sessionTag(Number(key)) : `${sessionTag(Number(key))} ${namespaceTag(String(namespace))}`,
  )
}

/** A session and a namespace as words of the index. */
export const sessionTag = (key: number) => `s${key}`
export function namespaceTag(namespace: string): string {
  // What is indexed together is mostly of one namespace.
  if (latest.namespace !== namespace) {
    const hash = createHash('sha256').update(namespace).digest('hex').slice(0, 24)
    latest = { namespace, tag: `n${hash}` }
  }
  return latest.tag
}

let latest: { namespace: string | null; tag: string } = { namespace: null, tag: '' }
