import { z } from 'zod'
import type { ForeignMessage, ForeignSession } from './imported.ts'

/** `conversations.json` of a Claude export: lists of messages; newer ones name their parents and so make a tree. */
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const name = z.string().max(200)

const messageSchema = z.object({
  uuid: name,
  parent_message_uuid: name.nullish(),
  sender: z.string(),
  text: z.string().nullish(),
  content: z.array(z.object({ type: z.string(), text: z.string().nullish() })).nullish(),
  created_at: time,
})

/** Of one conversation. */
export const claudeSchema = z.object({
  uuid: name,
  name: z.string().nullish(),
  created_at: time,
  updated_at: time.nullish(),
  current_leaf_message_uuid: name.nullish(),
  chat_messages: z.array(messageSchema),
})

type Message = z.output<typeof messageSchema>

export const looksLikeClaude = (file: unknown): file is unknown[] =>
  Array.isArray(file) &&
  file.some((each) => typeof each === 'object' && each !== null && 'chat_messages' in each)

export function readClaude(conversation: z.output<typeof claudeSchema>): ForeignSession {
  const { uuid, name: title, created_at, updated_at, chat_messages, current_leaf_message_uuid } = conversation
  return {
    id: uuid,
    title: title ?? '',
    createdAt: created_at,
    updatedAt: updated_at ?? created_at,
    messages: messagesOf(chat_messages),
    headId: current_leaf_message_uuid ?? undefined,
  }
}

function messagesOf(said: Message[]): ForeignMessage[] {
  /** Under which kept message a child of each message hangs. */
  const ends = new Map<string, string | null>()
  const messages: ForeignMessage[] = []
  let last: string | null = null
  for (const message of said) {
    if (ends.has(message.uuid)) continue
    const { parent_message_uuid: parent } = message
    const parentId: string | null = parent ? (ends.get(parent) ?? null) : parent === undefined ? last : null
    const text = textOf(message)
    const role = message.sender === 'human' ? 'user' : message.sender === 'assistant' ? 'assistant' : null
    const speaks = role !== null && text.trim() !== ''
    if (speaks) messages.push({ id: message.uuid, parentId, role, text, createdAt: message.created_at })
    last = speaks ? message.uuid : parentId
    ends.set(message.uuid, last)
  }
  return messages
}

/** The blocks of words; those of tools and of thinking were not said to the person. */
function textOf({ text, content }: Message): string {
  const blocks = (content ?? []).flatMap((block) => (block.type === 'text' && block.text ? [block.text] : []))
  return blocks.length > 0 ? blocks.join('\n\n') : (text ?? '')
}
