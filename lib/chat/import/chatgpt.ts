import { z } from 'zod'
import type { ForeignMessage, ForeignSession } from './imported.ts'

/**
 * `conversations.json` of a ChatGPT export: a tree of nodes a conversation, of which many hold no words of anybody (the
 * root, hidden instructions, calls of tools and their results). Fields that are not read here may be anything.
 */
const seconds = z.number().min(0).max(1e11).nullish()
const name = z.string().max(200)

const nodeSchema = z.object({
  parent: name.nullish(),
  children: z.array(name).max(10_000).default([]),
  message: z
    .object({
      author: z.object({ role: z.string() }),
      create_time: seconds,
      recipient: z.string().nullish(),
      content: z.object({ content_type: z.string(), parts: z.array(z.unknown()).nullish() }),
      metadata: z.object({ is_visually_hidden_from_conversation: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
})

/** Of one conversation. */
export const chatgptSchema = z.object({
  id: name.nullish(),
  conversation_id: name.nullish(),
  title: z.string().nullish(),
  create_time: seconds,
  update_time: seconds,
  current_node: name.nullish(),
  mapping: z.record(name, nodeSchema),
})

type Node = z.output<typeof nodeSchema>
type Conversation = z.output<typeof chatgptSchema>

/** Whether a parsed file looks like one of these, to say what is wrong with it in its own terms. */
export const looksLikeChatgpt = (file: unknown): file is unknown[] =>
  Array.isArray(file) && file.some((each) => typeof each === 'object' && each !== null && 'mapping' in each)

export function readChatgpt(conversation: Conversation): ForeignSession {
  const { mapping } = conversation
  const createdAt = milliseconds(conversation.create_time) ?? 0
  const messages = messagesOf(mapping, createdAt)
  return {
    id: conversation.conversation_id ?? conversation.id ?? messages[0]?.id ?? '',
    title: conversation.title ?? '',
    createdAt,
    updatedAt: milliseconds(conversation.update_time) ?? messages.at(-1)?.createdAt ?? createdAt,
    messages,
    headId: shownEnd(conversation, new Set(messages.map(({ id }) => id))),
  }
}

/** From each root downwards, and past nodes without words: what hangs below them hangs on the last words above. */
function messagesOf(mapping: Conversation['mapping'], startedAt: number): ForeignMessage[] {
  const messages: ForeignMessage[] = []
  const seen = new Set<string>()
  const isRoot = ({ parent }: Node) => !parent || !Object.hasOwn(mapping, parent)
  const waiting = Object.entries(mapping)
    .filter(([, node]) => isRoot(node))
    .map(([id]) => ({ id, parentId: null as string | null, at: startedAt }))
  // It grows while it is walked.
  for (const { id, parentId, at: parentAt } of waiting) {
    const node = Object.hasOwn(mapping, id) ? mapping[id] : undefined
    if (!node || seen.has(id)) continue
    seen.add(id)
    const role = roleOf(node)
    const text = textOf(node)
    const at = milliseconds(node.message?.create_time) ?? parentAt
    const speaks = role !== null && text.trim() !== ''
    if (speaks) messages.push({ id, parentId, role, text, createdAt: at })
    waiting.push(...node.children.map((child) => ({ id: child, parentId: speaks ? id : parentId, at })))
  }
  return messages
}

function roleOf({ message }: Node): 'user' | 'assistant' | null {
  if (!message || message.metadata?.is_visually_hidden_from_conversation) return null
  const { role } = message.author
  if (role === 'user') return 'user'
  // What it said to a tool was not said to the person.
  return role === 'assistant' && (message.recipient ?? 'all') === 'all' ? 'assistant' : null
}

function textOf({ message }: Node): string {
  const { content_type, parts } = message?.content ?? { content_type: '', parts: [] }
  if (content_type !== 'text' && content_type !== 'multimodal_text') return ''
  return (parts ?? []).filter((part) => typeof part === 'string' && part !== '').join('\n\n')
}

/** The nearest words at or above the node that was shown last. */
function shownEnd({ mapping, current_node }: Conversation, kept: Set<string>): string | undefined {
  const seen = new Set<string>()
  for (
    let id = current_node;
    id && !seen.has(id);
    id = Object.hasOwn(mapping, id) ? mapping[id]?.parent : null
  ) {
    if (kept.has(id)) return id
    seen.add(id)
  }
  return undefined
}

const milliseconds = (time: number | null | undefined) =>
  time === null || time === undefined ? undefined : Math.round(time * 1000)
