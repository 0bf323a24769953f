import { ARCHIVE_FORMAT, ARCHIVE_VERSION, archiveSession } from '#lib/memory/archive.ts'
import { isAssistant } from '#lib/memory/fact-value.ts'
import type { SessionTree, TreeMessage } from '#lib/memory/store/transfer.ts'

/** A file for a person to keep. */
export type ExportFile = { name: string; type: string; body: string }

export type ExportFormat = 'markdown' | 'json'

/** The shown path as a document to read. */
export function toMarkdown({ session, messages }: SessionTree, exportedAt: number): ExportFile {
  const parts = pathTo(session.headId, messages).map((message) => {
    const who = message.name ?? (isAssistant(message.role) ? 'Assistant' : 'You')
    const state = message.status === 'complete' ? '' : ` · ${message.status}`
    return `## ${who}\n\n*${minute(message.createdAt)}${state}*\n\n${message.content.trim()}\n`
  })
  const head = `# ${session.title || 'Untitled chat'}\n\n*Exported from motorhead-chat, ${minute(exportedAt)}*\n`
  return {
    name: fileName(session.title, exportedAt, 'md'),
    type: 'text/markdown; charset=utf-8',
    body: [head, ...parts].join('\n'),
  }
}

/** All of it, for a program. */
export function toJson(tree: SessionTree, exportedAt: number): ExportFile {
  const body = {
    format: ARCHIVE_FORMAT,
    version: ARCHIVE_VERSION,
    exportedAt: iso(exportedAt),
    sessions: [archiveSession(tree)],
  }
  return {
    name: fileName(tree.session.title, exportedAt, 'json'),
    type: 'application/json; charset=utf-8',
    body: `${JSON.stringify(body, null, 2)}\n`,
  }
}

/** The messages from the root to `headId`. */
function pathTo(headId: string | null, tree: TreeMessage[]): TreeMessage[] {
  const byId = new Map(tree.map((message) => [message.id, message]))
  const path: TreeMessage[] = []
  for (let id = headId; id !== null; ) {
    const message = byId.get(id)
    if (!message) break
    path.push(message)
    id = message.parentId
  }
  return path.reverse()
}

/** Letters and digits of the title only: no name that any file system or shell could take for something else. */
function fileName(title: string, exportedAt: number, extension: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/giu, '-')
    .replace(/^-+|-+$/gu, '')
    .toLowerCase()
    .slice(0, 60)
  return `${words || 'chat'}-${iso(exportedAt).slice(0, 10)}.${extension}`
}

const iso = (at: number) => new Date(at).toISOString()
const minute = (at: number) => `${iso(at).slice(0, 16).replace('T', ' ')} UTC`
