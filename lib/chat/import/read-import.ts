import type { z } from 'zod'
import { ARCHIVE_FORMAT, ArchiveError, readArchivedSessions } from '#lib/memory/archive.ts'
import { MemoryError } from '#lib/memory/errors.ts'
import { checkTree } from '#lib/memory/store/import-plan.ts'
import type { SessionTree } from '#lib/memory/store/transfer.ts'
import type { ImportReport } from '../types.ts'
import { chatgptSchema, looksLikeChatgpt, readChatgpt } from './chatgpt.ts'
import { claudeSchema, looksLikeClaude, readClaude } from './claude.ts'
import { type ForeignSession, toSessionTree, uuidOf } from './imported.ts'

/** Of one request; the app sends a large file in several. */
const MAX_SESSIONS = 10_000
const MAX_MESSAGES = 100_000

/** A file that cannot be imported. The message is a sentence for the person and holds nothing of the file's words. */
class ImportError extends Error {
  override name = 'ImportError'
}

export type Import = {
  source: ImportReport['source']
  trees: SessionTree[]
  /** Conversations in which nobody said anything. */
  empty: number
  /** Conversations that are not as those of the product are. */
  unreadable: number
}

/** What a parsed file holds: an export of ChatGPT, of Claude, or of this app. Throws `ImportError`. */
export function readImport(file: unknown): Import {
  const { source, trees, unreadable } = readSessions(file)
  for (const [index, tree] of trees.entries()) requireTree(tree, index + 1)
  const spoken = trees.filter(({ messages }) => messages.length > 0)
  const messages = spoken.reduce((sum, tree) => sum + tree.messages.length, 0)
  if (spoken.length > MAX_SESSIONS || messages > MAX_MESSAGES) {
    throw new ImportError(
      `The file holds ${spoken.length.toLocaleString('en')} chats with ${messages.toLocaleString('en')} messages; at most ${MAX_SESSIONS.toLocaleString('en')} with ${MAX_MESSAGES.toLocaleString('en')} can be imported at once. Nothing was imported.`,
    )
  }
  return { source, trees: spoken, empty: trees.length - spoken.length, unreadable }
}

/** What is broken is named by its number alone, as ids may be words. */
function requireTree(tree: SessionTree, number: number): void {
  try {
    checkTree(tree)
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error
    throw new ImportError(
      `Chat ${number} in the file is damaged: a part of it stands there twice, or belongs to one that is not there. Nothing was imported.`,
      { cause: error },
    )
  }
}

function readSessions(file: unknown): Omit<Import, 'empty'> {
  if (isArchive(file)) return { source: 'motorhead-chat', trees: ownSessions(file), unreadable: 0 }
  if (looksLikeChatgpt(file)) {
    const { read, unreadable } = readEach(chatgptSchema, file, 'ChatGPT')
    return { source: 'chatgpt', trees: distinct('chatgpt', read.map(readChatgpt)), unreadable }
  }
  if (looksLikeClaude(file)) {
    const { read, unreadable } = readEach(claudeSchema, file, 'Claude')
    return { source: 'claude', trees: distinct('claude', read.map(readClaude)), unreadable }
  }
  throw new ImportError(
    'This is no export that can be read. Choose the conversations.json, or the whole zip file, that ChatGPT or Claude sent you, or a JSON export of this app.',
  )
}

/** A conversation that stands twice in a file, as some exports have it, comes in once: as it is the second time. */
function distinct(product: string, sessions: ForeignSession[]): SessionTree[] {
  const trees = sessions.map((session) => toSessionTree(product, session))
  return [...new Map(trees.map((tree) => [tree.session.id, tree])).values()]
}

/** Of whoever they were, they are the importer's now; what a program named in its own way gets an id as the chat has. */
function ownSessions(file: unknown): SessionTree[] {
  try {
    return readArchivedSessions(file).map(({ tree }) => {
      const { id } = tree.session
      return { ...tree, session: { ...tree.session, id: UUID.test(id) ? id : uuidOf(`own\n${id}`) } }
    })
  } catch (error) {
    if (error instanceof ArchiveError) throw new ImportError(`${error.message} Nothing was imported.`)
    throw error
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u

const isArchive = (file: unknown) =>
  typeof file === 'object' && file !== null && 'format' in file && file.format === ARCHIVE_FORMAT

/** One damaged conversation must not keep a thousand others out; a file of none but such is refused. */
function readEach<S extends z.ZodType>(schema: S, file: unknown[], product: string) {
  const parsed = file.map((each) => schema.safeParse(each))
  const read = parsed.flatMap((each) => (each.success ? [each.data] : []))
  if (read.length > 0) return { read, unreadable: parsed.length - read.length }
  throw new ImportError(
    `The file looks like an export of ${product}, but its chats are not as those are. Nothing was imported.`,
  )
}
