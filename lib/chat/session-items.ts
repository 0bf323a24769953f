import { isAssistant } from '#lib/memory/fact-value.ts'
import type { MessageWithVersions, Session } from '#lib/memory/store/store.ts'
import { addressOf } from './session-address.ts'
import type { ChatMessage, SessionItem } from './types.ts'

/** A session as its person's list shows it. */
export const toItem = (user: string, session: Session & { running: boolean }): SessionItem => ({
  id: addressOf(user, { namespace: session.namespace, sessionId: session.id }),
  title: session.title,
  pinned: session.pinned,
  temporary: session.temporary,
  createdAt: session.createdAt,
  updatedAt: session.updatedAt,
  running: session.running,
})

/** A message as the browser knows it. */
export const toChatMessage = (message: MessageWithVersions): ChatMessage => ({
  id: message.id,
  parentId: message.parentId,
  role: isAssistant(message.role) ? 'assistant' : 'user',
  text: message.content,
  status: message.status,
  error: message.error,
  versions: message.versions,
  createdAt: message.createdAt,
  hasReceipt: message.receipt !== null,
})

/** Where the page of the list after this session begins. */
export const cursorAfter = ({ id, updatedAt }: Session) =>
  `${updatedAt}.${Buffer.from(id).toString('base64url')}`

/** `null`: not a cursor of ours; the list begins at its start. */
export function parseCursor(cursor: string): { updatedAt: number; id: string } | null {
  const dot = cursor.indexOf('.')
  const updatedAt = Number(cursor.slice(0, dot))
  return dot > 0 && Number.isSafeInteger(updatedAt)
    ? { updatedAt, id: Buffer.from(cursor.slice(dot + 1), 'base64url').toString() }
    : null
}
