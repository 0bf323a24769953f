import { MemoryError } from '../../errors.ts'
import { aboutWords, contentWords, isReply } from '../../index-words.ts'
import { type MessageRow, toMessage, WITHOUT_RECEIPT } from '../rows.ts'
import type { Database } from './database.ts'

/** Messages that one transaction adds: a save that comes meanwhile waits for no more. */
const SLICE = 500

/** What a reply adds at its end; more is left to the next search, which then has to write. */
const FEW = 20

/** What a busy program saves in one go is added together: that costs a fraction, and nobody waits for it. */
const PAUSE_MS = 500

/** Longer than a small write of another process; a person who searches should not feel it. */
const READER_PATIENCE_MS = 100

type IndexedMessage = Pick<MessageRow, 'seq' | 'role' | 'name' | 'content' | 'createdAt'>

const indexOf = (message: IndexedMessage) => (isReply(message) ? 'reply_index' : 'message_index')

/** The messages of a session behind a position. */
type Beyond = { key: number; position: number }

export type Indexing = ReturnType<typeof createIndexing>

/**
 * Keeps the full-text index, which follows the messages: a save is acknowledged before any of its words are in it.
 * All messages up to `index_progress.through` are in it; one that goes before its turn never was.
 */
export function createIndexing({ all, one, run, write }: Database) {
  let timer: NodeJS.Timeout | null = null

  const progress = () =>
    one('SELECT through, (SELECT max(seq) FROM messages) AS newest FROM index_progress') as {
      through: number
      newest: number | null
    }

  const tagsOf = (key: number) =>
    one('SELECT tag_words(key, namespace, temporary) AS tags FROM sessions WHERE key = ?', key)
      ?.tags as string

  function add(message: IndexedMessage, tags: string): void {
    if (message.content.trim() === '') return
    run(
      `INSERT INTO ${indexOf(message)} (rowid, content, about, tag) VALUES (?, ?, ?, ?)`,
      message.seq,
      contentWords(message.content),
      aboutWords(message),
      tags,
    )
  }

  /** Whether there may be more. */
  function addSlice(limit = SLICE): boolean {
    const rows = all(
      `SELECT ${WITHOUT_RECEIPT} FROM messages m WHERE seq > (SELECT through FROM index_progress) ORDER BY seq LIMIT ?`,
      limit,
    )
    const tags = new Map<number, string>()
    for (const row of rows) {
      const message = toMessage(row)
      const key = row.session_key as number
      const known = tags.get(key) ?? tagsOf(key)
      tags.set(key, known)
      // A reply that is still being written is added when it ends.
      if (message.status !== 'streaming') add(message, known)
    }
    const last = rows.at(-1)
    if (last) run('UPDATE index_progress SET through = ?', last.seq as number)
    return rows.length === limit
  }

  /** Whether there is more to add than what stands `beyond`, which a search would not find anyway. */
  const lacksMoreThan = ({ key, position }: Beyond) =>
    one(
      `SELECT 1 FROM messages WHERE seq > (SELECT through FROM index_progress)
         AND NOT (session_key = ? AND position > ?) LIMIT 1`,
      key,
      position,
    ) !== undefined

  /** All messages that are acknowledged by now are in the index when this resolves. */
  async function catchUp(options?: { patienceMs: number }): Promise<void> {
    const newest = progress().newest ?? 0
    while (progress().through < newest && (await write(() => addSlice(), options)));
  }

  /** Before a search: readers meet no lock, so one that another program holds costs it the newest messages, not its answer. */
  async function catchUpIfFree(): Promise<void> {
    try {
      await catchUp({ patienceMs: READER_PATIENCE_MS })
    } catch (error) {
      if (!(error instanceof MemoryError && error.code === 'storage-busy')) throw error
      catchUpSoon()
    }
  }

  /** There are new messages, or there could be: they are added shortly, whoever searches. */
  function catchUpSoon(): void {
    timer ??= setTimeout(() => {
      timer = null
      // Whoever searches next tries again, and hears why it fails.
      catchUp().catch(() => undefined)
    }, PAUSE_MS).unref()
  }

  return {
    catchUpIfFree,
    lacksMoreThan,
    catchUpSoon,
    /** Inside a transaction of the caller's, which is synced anyway: the search that comes next has nothing to write. */
    addWithThis(): void {
      addSlice(FEW)
    },
    /** Inside a transaction of the caller's: the content of a message has changed. */
    reindex(key: number, message: IndexedMessage): void {
      // Its turn comes.
      if (message.seq > progress().through) return
      run(`DELETE FROM ${indexOf(message)} WHERE rowid = ?`, message.seq)
      add(message, tagsOf(key))
    },
    close(): void {
      if (timer) clearTimeout(timer)
    },
  }
}
