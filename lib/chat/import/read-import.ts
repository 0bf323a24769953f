import type { z } from 'zod'
import { ARCHIVE_FORMAT, ArchiveError, readArchivedSessions } from '#lib/memory/archive.ts'
import type { SessionTree } from '#lib/memory/store/transfer.ts'
import type { ImportReport } from '../types.ts'
import { chatgptSchema, looksLikeChatgpt, readChatgpt } from './chatgpt.ts'
import { claudeSchema, looksLikeClaude, readClaude } from './claude.ts'
import { type ForeignSession, toSessionTree, uuidOf } from './imported.ts'

/** More than anybody has, and less than would hold up everybody else while it is written. */
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
}

/** What a parsed file holds: an export of ChatGPT, of Claude, or of this app. Throws `ImportError`. */
export function readImport(file: unknown): Import {
  const { source, trees } = readSessions(file)
  const spoken = trees.filter(({ messages }) => messages.length > 0)
  const messages = spoken.reduce((sum, tree) => sum + tree.messages.length, 0)
  if (spoken.length > MAX_SESSIONS || messages > MAX_MESSAGES) {
    throw new ImportError(
      `The file holds ${spoken.length.toLocaleString('en')} chats with ${messages.toLocaleString('en')} messages; at most ${MAX_SESSIONS.toLocaleString('en')} with ${MAX_MESSAGES.toLocaleString('en')} can be imported at once. Nothing was imported.`,
    )
  }
  return { source, trees: spoken, empty: trees.length - spoken.length }
}

function readSessions(file: unknown): Pick<Import, 'source' | 'trees'> {
  if (isArchive(file)) return { source: 'motorhead-chat', trees: ownSessions(file) }
  if (looksLikeChatgpt(file)) {
    const sessions = parseWith(chatgptSchema, file, 'ChatGPT').map(readChatgpt)
    return { source: 'chatgpt', trees: distinct('chatgpt', sessions) }
  }
  if (looksLikeClaude(file)) {
    const sessions = parseWith(claudeSchema, file, 'Claude').map(readClaude)
    return { source: 'claude', trees: distinct('claude', sessions) }
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

function parseWith<S extends z.ZodType>(schema: S, file: unknown, product: string): z.output<S> {
  const parsed = schema.safeParse(file)
  if (parsed.success) return parsed.data
  const [conversation] = parsed.error.issues[0]?.path ?? []
  const where = typeof conversation === 'number' ? `chat number ${conversation + 1}` : 'its beginning'
  throw new ImportError(
    `The file looks like an export of ${product}, but ${where} is not as those are. Nothing was imported.`,
  )
}
