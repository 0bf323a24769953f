import { z } from 'zod'
import type { Receipt, SessionRef, Store } from './store/store.ts'
import type { SessionTree } from './store/transfer.ts'

/**
 * Sessions as one JSON file that a person can read and any store can take in: `{ format, version, exportedAt, sessions }`.
 * Each session has its whole tree, so nothing is lost on the way, and all of its ids, so that twice is once. Times are
 * ISO 8601. A change that an older reader would misunderstand gets a new version.
 */
export const ARCHIVE_FORMAT = 'motorhead-chat'
export const ARCHIVE_VERSION = 1

/** A file that is no archive. The message says where and why, as a sentence for a person. */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
}

const PAGE = 200

/**
 * Far above what can come to be in a session: a program's message and context have 1 MB at most, a reply 400,000 characters
 * and as many again each time that it is continued.
 */
const MAX_TEXT_CHARACTERS = 4_000_000

const text = z
  .string()
  .max(MAX_TEXT_CHARACTERS, `is longer than ${MAX_TEXT_CHARACTERS.toLocaleString('en')} characters`)
const id = z.string().min(1).max(512)
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const count = z.int().min(0)

const receiptSchema = z.strictObject({
  summaryId: id.nullable(),
  windowIds: z.array(id.nullable()),
  retrieved: z.array(z.strictObject({ sessionId: id, messageId: id }).nullable()),
  tokens: z.strictObject({ context: count, window: count, retrieved: count, total: count }),
  made: z
    .strictObject({
      fence: z.string().max(64),
      custom: z.string().max(10_000),
      partial: count,
      digest: z.string().max(64),
    })
    .optional(),
  ms: z.strictObject({ memory: count, first: count.nullable(), total: count }).optional(),
  usage: z
    .strictObject({ input: count.nullable(), cached: count.nullable(), output: count.nullable() })
    .optional(),
  model: text,
})

const messageSchema = z.strictObject({
  id,
  parentId: id.nullable(),
  role: z.string().max(1000),
  name: z.string().max(1000).optional(),
  text,
  /** Written in the chat, not by a program. */
  byChat: z.boolean().default(false),
  status: z.enum(['complete', 'streaming', 'stopped', 'failed', 'interrupted']).default('complete'),
  error: text.optional(),
  receipt: receiptSchema.optional(),
  createdAt: time,
})

const summarySchema = z.strictObject({
  id,
  throughId: id.nullable(),
  baseId: id.nullable(),
  text,
  tokens: count,
  folded: count,
  source: z.enum(['llm', 'extractive', 'fallback', 'person', 'client']),
  model: text.nullable(),
  createdAt: time,
})

const sessionSchema = z.strictObject({
  namespace: id.optional(),
  id,
  title: z.string().max(10_000),
  titleSource: z.enum(['first-words', 'model', 'person']).default('person'),
  label: z.string().max(512).default(''),
  moreLabels: z.array(z.string().max(512)).optional(),
  pinned: z.boolean().default(false),
  headId: id.nullable(),
  createdAt: time,
  updatedAt: time,
  messages: z.array(messageSchema),
  summaries: z.array(summarySchema).default([]),
})

/** A person's settings may stand beside the sessions; they are not taken over. */
const archiveSchema = z.strictObject({
  format: z.literal(ARCHIVE_FORMAT),
  version: z.literal(ARCHIVE_VERSION),
  exportedAt: z.string(),
  settings: z.unknown().optional(),
  sessions: z.array(sessionSchema),
})

export type ArchivedSession = z.input<typeof sessionSchema>

/** The file, part by part, as sessions are read: it may be larger than memory. The store may be written meanwhile. */
export async function* writeArchive(
  store: Store,
  options: { namespace?: string; at: number },
): AsyncGenerator<string> {
  const { namespace, at } = options
  yield `{\n  "format": "${ARCHIVE_FORMAT}",\n  "version": ${ARCHIVE_VERSION},\n  "exportedAt": "${iso(at)}",\n  "sessions": [`
  let separator = '\n'
  let after: SessionRef | undefined
  for (;;) {
    const refs = await store.listRefs({
      limit: PAGE,
      ...(namespace !== undefined && { namespace }),
      ...(after && { after }),
    })
    for (const ref of refs) {
      const tree = await store.exportSession(ref)
      // Deleted since it was listed.
      if (!tree) continue
      const text = JSON.stringify(archiveSession(tree, ref.namespace), null, 2)
      yield `${separator}    ${text.replaceAll('\n', '\n    ')}`
      separator = ',\n'
    }
    after = refs.at(-1)
    if (refs.length < PAGE) break
  }
  yield '\n  ]\n}\n'
}

/** One session in the form of the file; without a namespace it belongs to whoever imports it. */
export function archiveSession({ session, messages, summaries }: SessionTree, namespace?: string) {
  return {
    ...(namespace !== undefined && { namespace }),
    id: session.id,
    title: session.title,
    titleSource: session.titleSource,
    ...(session.label !== '' && { label: session.label }),
    ...(session.moreLabels && { moreLabels: session.moreLabels }),
    pinned: session.pinned,
    headId: session.headId,
    createdAt: iso(session.createdAt),
    updatedAt: iso(session.updatedAt),
    messages: messages.map(({ name, byChat, content, error, receipt, createdAt, ...rest }) => ({
      ...rest,
      ...(byChat && { byChat }),
      ...(name !== null && { name }),
      text: content,
      ...(error !== null && { error }),
      ...(receipt !== null && { receipt }),
      createdAt: iso(createdAt),
    })),
    summaries: summaries.map(({ context, createdAt, ...rest }) => ({
      ...rest,
      text: context,
      createdAt: iso(createdAt),
    })),
  } satisfies ArchivedSession
}

type Archived = { namespace: string | null; tree: SessionTree }

/** Reads a whole file. Throws `ArchiveError`. Whether the trees are trees is for the store to say. */
export const readArchive = (text: string): Archived[] => readArchivedSessions(parseJson(text))

/** The same of a file that is parsed already. */
export function readArchivedSessions(file: unknown): Archived[] {
  checkKind(file)
  const parsed = archiveSchema.safeParse(file)
  if (!parsed.success) throw new ArchiveError(firstProblem(parsed.error))
  return parsed.data.sessions.map(({ namespace = null, ...session }) => ({
    namespace,
    tree: toTree(session),
  }))
}

function toTree({ messages, summaries, ...session }: z.output<typeof sessionSchema>): SessionTree {
  return {
    session,
    messages: messages.map(({ text, name = null, error = null, receipt = null, ...rest }) => ({
      ...rest,
      content: text,
      name,
      error,
      receipt: receipt satisfies Receipt | null,
    })),
    summaries: summaries.map(({ text, ...rest }) => ({ ...rest, context: text })),
  }
}

function parseJson(text: string): unknown {
  try {
    // A byte order mark is no JSON, and some editors write one.
    return JSON.parse(text.replace(/^\uFEFF/u, ''))
  } catch {
    throw new ArchiveError('The file is no JSON, or it was cut off on the way.')
  }
}

function checkKind(file: unknown): void {
  const { format, version } = (typeof file === 'object' && file !== null ? file : {}) as Record<
    string,
    unknown
  >
  if (format !== ARCHIVE_FORMAT)
    throw new ArchiveError(
      `The file is no export of motorhead-chat: its "format" is not "${ARCHIVE_FORMAT}".`,
    )
  if (typeof version === 'number' && version > ARCHIVE_VERSION) {
    throw new ArchiveError(
      `The file was written by a newer motorhead-chat (version ${version} of the format, this one reads ${ARCHIVE_VERSION}): update this one.`,
    )
  }
}

/** Where in the file, and what is wrong there; never the words that stand there. */
function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues
  const where = (issue?.path ?? [])
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('')
  return `The file is not as an export is: ${where || 'at its top'}: ${issue?.message ?? 'not usable'}.`
}

const iso = (at: number) => new Date(at).toISOString()
