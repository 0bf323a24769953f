import { createHash } from 'node:crypto'
import type { SessionTree, TreeMessage } from '#lib/memory/store/transfer.ts'
import { firstWords } from '../titles.ts'

/** A conversation of another product, freed of its form: what was said, as a tree. */
export type ForeignSession = {
  /** Names it among all of its product, so that the same one comes in once. */
  id: string
  title: string
  createdAt: number
  updatedAt: number
  /** Parents before their children. */
  messages: ForeignMessage[]
  /** The message that was shown last; absent or unknown: the newest end of the tree. */
  headId?: string | undefined
}

export type ForeignMessage = {
  id: string
  parentId: string | null
  role: 'user' | 'assistant'
  text: string
  createdAt: number
}

/** As long as anything that our own chat writes; more is no message. */
const MAX_MESSAGE_CHARACTERS = 400_000
const MAX_TITLE_CHARACTERS = 200

/** A session of ours under ids made from the foreign ones: the same file twice is the same session. */
export function toSessionTree(product: string, foreign: ForeignSession): SessionTree {
  const idOf = (id: string) => uuidOf(`${product}\n${foreign.id}\n${id}`)
  const messages = foreign.messages.map(
    (message): TreeMessage => ({
      id: idOf(message.id),
      parentId: message.parentId === null ? null : idOf(message.parentId),
      role: message.role,
      name: null,
      content: storable(message.text).slice(0, MAX_MESSAGE_CHARACTERS),
      status: 'complete',
      error: null,
      byChat: true,
      receipt: null,
      createdAt: message.createdAt,
    }),
  )
  const head = foreign.messages.find(({ id }) => id === foreign.headId) ?? foreign.messages.at(-1)
  const title = storable(foreign.title).replace(/\s+/gu, ' ').trim().slice(0, MAX_TITLE_CHARACTERS)
  return {
    session: {
      id: uuidOf(`${product}\n${foreign.id}`),
      title: title || firstWords(foreign.messages[0]?.text ?? '') || 'Imported chat',
      titleSource: 'person',
      headId: head ? idOf(head.id) : null,
      pinned: false,
      label: '',
      createdAt: foreign.createdAt,
      updatedAt: foreign.updatedAt,
    },
    messages,
    summaries: [],
  }
}

/** A UUID that follows from its name, as RFC 9562 allows for one's own schemes (version 8). */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(`motorhead-chat import\n${name}`).digest('hex')
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Without what no database, prompt or screen can hold. */
const storable = (text: string) => text.toWellFormed().replaceAll('\0', '')
