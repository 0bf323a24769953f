import type { ClientMemory, ClientMessage } from '../store/client-store.ts'

/** What a message may carry beyond role and content, when `include` asks for it. */
type Extra = { id: string; name: string | null; createdAt: number; sessionId?: string }

/** Clients feed these objects to model providers, which refuse fields that they do not know: nothing extra unasked. */
export function toWireMessage(message: ClientMessage & { sessionId?: string }, include: ReadonlySet<string>) {
  const { content } = message
  return { role: wireRole(message), content, ...extras(message, include) }
}

/** Byte for byte as a program gave it; what the chat wrote has the names that LangChain's programs know. */
export function wireRole({ role, byChat }: { role: string; byChat?: boolean }): string {
  if (!byChat) return role
  return role === 'assistant' ? 'AI' : 'Human'
}

export function extras(message: Extra, include: ReadonlySet<string>): Record<string, string> {
  if (include.size === 0) return {}
  return {
    ...(include.has('id') && { id: message.id }),
    ...(include.has('name') && message.name !== null && { name: message.name }),
    ...(include.has('created_at') && { created_at: toIso(message.createdAt) }),
    ...(include.has('session_id') && message.sessionId !== undefined && { session_id: message.sessionId }),
  }
}

export const toIso = (at: number): string => new Date(at).toISOString()

const NOTHING: ReadonlySet<string> = new Set()
const rendered = new WeakMap<ClientMemory, string>()

/** Both shapes in one: the self-hosted original's, and under `data` that of the managed service. */
export function renderMemory(memory: ClientMemory, include: ReadonlySet<string>): string {
  if (include.size > 0) return bothShapes(memory, include)
  const known = rendered.get(memory)
  if (known !== undefined) return known
  const body = bothShapes(memory, NOTHING)
  rendered.set(memory, body)
  return body
}

function bothShapes({ messages, context, tokens }: ClientMemory, include: ReadonlySet<string>): string {
  const plain = JSON.stringify({
    messages: messages.map((message) => toWireMessage(message, include)),
    context,
    tokens,
  })
  return `${plain.slice(0, -1)},"data":${plain}}`
}
