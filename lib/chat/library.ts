import { setImmediate as nextTurn } from 'node:timers/promises'
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, archiveSession } from '#lib/memory/archive.ts'
import { isAssistant } from '#lib/memory/fact-value.ts'
import type { Store } from '#lib/memory/store/store.ts'
import type { Imported } from '#lib/memory/store/transfer.ts'
import { type ExportFile, type ExportFormat, toJson, toMarkdown } from './export.ts'
import { inPieces } from './import/pieces.ts'
import { readImport } from './import/read-import.ts'
import { beginningsOf, holdsWords, markWords, searchWords, snippetOf } from './search-text.ts'
import { addressOf, sessionAt } from './session-address.ts'
import type { ImportReport, SearchResults, Settings } from './types.ts'

/** What a person does with all of their sessions, beside chatting in one. */
export type Library = {
  settings(user: string): Promise<Settings>
  changeSettings(user: string, patch: Partial<Settings>): Promise<Settings>
  search(user: string, query: string): Promise<SearchResults>
  /** `null` when the session is not there. */
  exportSession(user: string, sessionId: string, format: ExportFormat): Promise<ExportFile | null>
  /** All sessions and settings as one JSON file, made while it is read: it may be large. */
  exportAll(user: string): { name: string; chunks: AsyncIterable<string> }
  /**
   * Takes in a parsed file, piece by piece, so that other work goes on between; cut short, it goes on where it was when it
   * is asked for again. Throws `ImportError`, with nothing taken in, when it is none that can be read.
   */
  importFile(user: string, file: unknown): Promise<ImportReport>
}

/** Messages looked at, and shown, of one search. */
const CANDIDATES = 400
const MAX_HITS = 60
const MAX_HITS_A_SESSION = 5
const MAX_TITLES = 20

const PAGE_SESSIONS = 200

export function createLibrary({ store, now }: { store: Store; now: () => number }): Library {
  /** Every session of a person, newest activity first. */
  async function* sessionsOf(user: string) {
    const namespaces = await store.namespacesOf(user)
    let before: { updatedAt: number; id: string } | undefined
    for (;;) {
      const page = await store.listSessions(namespaces, { limit: PAGE_SESSIONS, ...(before && { before }) })
      yield* page
      before = page.at(-1)
      if (page.length < PAGE_SESSIONS) return
    }
  }

  async function search(user: string, query: string): Promise<SearchResults> {
    const words = searchWords(query)
    if (words.length === 0) return { sessions: [] }
    const found = await store.findMessages(await store.namespacesOf(user), {
      words: words.map(beginningsOf),
      limit: CANDIDATES,
    })
    const hits = found.filter((message) => holdsWords(message.content, words)).slice(0, MAX_HITS)
    const groups = new Map<string, SearchResults['sessions'][number]>()
    let titles = 0
    for await (const { id, namespace, title, updatedAt } of sessionsOf(user)) {
      const address = addressOf(user, { namespace, sessionId: id })
      const messages = hits
        .filter((hit) => hit.sessionId === id && hit.namespace === namespace)
        .slice(0, MAX_HITS_A_SESSION)
      const named = titles < MAX_TITLES && holdsWords(title, words)
      if (messages.length === 0 && !named) continue
      if (named) titles++
      groups.set(address, {
        sessionId: address,
        title: markWords(title, words),
        updatedAt,
        messages: messages.map((message) => ({
          id: message.id,
          role: isAssistant(message.role) ? 'assistant' : 'user',
          createdAt: message.createdAt,
          snippet: snippetOf(message.content, words),
        })),
      })
    }
    const isNamed = (group: SearchResults['sessions'][number]) => group.title.some((piece) => piece.hit)
    const sessions = [...groups.values()]
    return { sessions: [...sessions.filter(isNamed), ...sessions.filter((group) => !isNamed(group))] }
  }

  async function exportSession(
    user: string,
    sessionId: string,
    format: ExportFormat,
  ): Promise<ExportFile | null> {
    const tree = await store.exportSession(await sessionAt(store, user, sessionId))
    if (!tree) return null
    return format === 'markdown' ? toMarkdown(tree, now()) : toJson(tree, now())
  }

  async function* exportChunks(user: string): AsyncGenerator<string> {
    const head = {
      format: ARCHIVE_FORMAT,
      version: ARCHIVE_VERSION,
      exportedAt: new Date(now()).toISOString(),
      settings: await store.getSettings(user),
    }
    yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "sessions": [`
    let separator = '\n'
    for await (const { id, namespace } of sessionsOf(user)) {
      const tree = await store.exportSession({ namespace, sessionId: id })
      // Deleted since it was listed.
      if (!tree) continue
      yield `${separator}${JSON.stringify(archiveSession(tree))}`
      separator = ',\n'
    }
    yield '\n  ]\n}\n'
  }

  async function importFile(user: string, file: unknown): Promise<ImportReport> {
    const { source, trees, empty, unreadable } = readImport(file)
    const outcomes = new Map<string, Imported['outcome']>()
    let messages = 0
    for (const piece of inPieces(trees)) {
      const done = await store.importSessions(piece.map((tree) => ({ namespace: user, tree })))
      for (const { ref, outcome, added } of done) {
        messages += added
        // A session that came in several pieces grew by each but the first.
        const before = outcomes.get(ref.sessionId)
        if (before === undefined || before === 'present') outcomes.set(ref.sessionId, outcome)
      }
      await nextTurn()
    }
    const count = (outcome: Imported['outcome']) =>
      [...outcomes.values()].filter((each) => each === outcome).length
    return {
      source,
      sessions: { new: count('new'), grown: count('grown'), present: count('present'), empty, unreadable },
      messages,
    }
  }

  return {
    importFile,
    settings: (user) => store.getSettings(user),
    changeSettings: (user, patch) => store.setSettings(user, patch),
    search,
    exportSession,
    exportAll: (user) => ({
      name: `motorhead-chat-${new Date(now()).toISOString().slice(0, 10)}.json`,
      chunks: exportChunks(user),
    }),
  }
}
