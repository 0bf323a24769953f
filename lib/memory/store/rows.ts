import type { ClientMessage } from './client-store.ts'
import type { ApiKey } from './key-store.ts'
import type { PersonSettings } from './settings-store.ts'
import type {
  Job,
  JobKind,
  JobState,
  Message,
  NewJob,
  NewMessage,
  Run,
  Session,
  SessionRef,
  Summary,
  SummaryOutline,
} from './store.ts'
import type { TreeMessage, TreeSummary } from './transfer.ts'
import type { SessionUsage, UsageSum } from './usage-store.ts'

/** A row as either database gives it: text, numbers (flags as 0 or 1) and null. */
export type Row = Record<string, unknown>

/** Who may overwrite a title: the stronger, and the equally strong. */
export const TITLE_STRENGTH = { 'first-words': 0, model: 1, person: 2 } as const

/** A title is made of the first messages of a path: no further from its root than this. */
export const TITLE_DEPTH = 4

export type SessionRow = Session & { key: number }
export type MessageRow = Message & { seq: number; branch: number }

export function toSession(row: Row): SessionRow {
  return {
    key: row.key as number,
    id: row.id as string,
    namespace: row.namespace as string,
    title: row.title as string,
    titleSource: row.title_source as Session['titleSource'],
    headId: row.head_id as string | null,
    generation: row.generation as number,
    pinned: row.pinned === 1,
    temporary: row.temporary === 1,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}

/** Without the internal row number. */
export function bare(session: SessionRow): Session
export function bare(session: SessionRow | null): Session | null
export function bare(session: SessionRow | null): Session | null {
  if (!session) return null
  const { key: _, ...rest } = session
  return rest
}

/** Of `messages m`, for `toMessage`: a reply's receipt is longer than the reply, and a prompt has no use for it. */
export const WITHOUT_RECEIPT = `m.seq, m.session_key, m.id, m.parent_id, m.branch, m.position, m.role, m.content, m.name, m.by_chat,
  m.status, m.error, m.created_at, NULL AS receipt`

export function toMessage(row: Row): MessageRow {
  return {
    seq: row.seq as number,
    branch: row.branch as number,
    id: row.id as string,
    parentId: row.parent_id as string | null,
    position: row.position as number,
    role: row.role as string,
    content: row.content as string,
    name: row.name as string | null,
    ...(row.by_chat === 1 && { byChat: true }),
    status: row.status as Message['status'],
    error: row.error as string | null,
    receipt: row.receipt === null ? null : JSON.parse(row.receipt as string),
    createdAt: row.created_at as number,
  }
}

/** In the order of the columns that a message is inserted with. */
export const messageValues = (
  key: number,
  { branch, parent }: { branch: number; parent: Pick<MessageRow, 'id' | 'position'> | null },
  message: NewMessage,
) => [
  key,
  message.id,
  parent?.id ?? null,
  branch,
  (parent?.position ?? 0) + 1,
  message.role,
  message.content,
  message.name ?? null,
  Number(message.byChat ?? false),
  message.status ?? 'complete',
  message.createdAt,
]

export function bareMessage(message: MessageRow): Message
export function bareMessage(message: MessageRow | null): Message | null
export function bareMessage(message: MessageRow | null): Message | null {
  if (!message) return null
  const { seq: _, branch: __, ...rest } = message
  return rest
}

export const toSummary = (row: Row): Summary => ({ ...toOutline(row), context: row.context as string })

export function toOutline(row: Row): SummaryOutline {
  return {
    id: row.id as string,
    throughId: row.through_id as string | null,
    throughPosition: row.through_position as number,
    baseId: row.base_id as string | null,
    tokens: row.tokens as number,
    folded: row.folded as number,
    source: row.source as Summary['source'],
    model: row.model as string | null,
    createdAt: row.created_at as number,
  }
}

/** In the order of the columns that a summary is inserted with. */
export const summaryValues = (key: number, summary: Summary) => [
  key,
  summary.id,
  summary.throughId,
  summary.throughPosition,
  summary.baseId,
  summary.context,
  summary.tokens,
  summary.folded,
  summary.source,
  summary.model,
  summary.createdAt,
]

/** Where a summary hangs, of a row that has its message's branch. */
export const toPlace = (row: Row) => ({
  branch: row.branch as number,
  position: row.through_position as number,
})

export function toJob(row: Row, lease: string): Job {
  return {
    id: row.id as string,
    ref: { namespace: row.namespace as string, sessionId: row.session_id as string },
    kind: row.kind as JobKind,
    generation: row.generation as number,
    attempts: row.attempts as number,
    revision: row.revision as number,
    rebuild: row.rebuild === 1,
    lease,
  }
}

/** A person asks for it, who does not wait for the end of a pause. */
export const isAskedFor = ({ atOnce = false, rebuild = false }: NewJob): boolean => atOnce || rebuild

export function toJobState(row: Row): JobState {
  return {
    dueAt: row.due_at as number,
    attempts: row.attempts as number,
    rebuild: row.rebuild === 1,
    leaseUntil: row.lease_until as number | null,
  }
}

export function toRun(row: Row, ref: SessionRef): Run {
  return {
    id: row.id as string,
    ref,
    messageId: row.message_id as string,
    promptId: row.prompt_id as string,
    status: row.status as Run['status'],
    mode: row.mode as Run['mode'],
    owner: row.owner as string,
    stopRequested: row.stop_requested === 1,
    heartbeatAt: row.heartbeat_at as number,
    createdAt: row.created_at as number,
  }
}

/** The chunks of a run from number `from` on, of rows that hold several each. */
export function chunksFrom(batches: Row[], from: number): string[] {
  return batches.flatMap((batch) => {
    const list = JSON.parse(batch.chunks as string) as string[]
    return list.slice(Math.max(0, from - (batch.first as number)))
  })
}

export function toSettings(row: Row): PersonSettings {
  return {
    memory: row.memory === 1,
    acrossSessions: row.across_sessions === 1,
    customInstructions: row.custom_instructions as string,
    model: row.model as string | null,
  }
}

export function toKey(row: Row): ApiKey {
  return {
    id: row.id as string,
    owner: row.owner as string,
    name: row.name as string,
    hint: row.hint as string,
    createdAt: row.created_at as number,
    lastUsedAt: row.last_used_at as number | null,
  }
}

/** A reply in progress counts as interrupted: nobody goes on with it elsewhere. */
export function toTreeMessage(row: Row): TreeMessage {
  const { position: _, ...message } = bareMessage(toMessage(row))
  const status = message.status === 'streaming' ? 'interrupted' : message.status
  return { ...message, status, byChat: row.by_chat === 1 }
}

/** A summary whose base is gone stands for itself, as the audit takes it; the order is kept. */
export function toTreeSummaries(summaries: Summary[]): TreeSummary[] {
  const ids = new Set(summaries.map(({ id }) => id))
  return summaries.map(({ throughPosition: _, ...summary }) => ({
    ...summary,
    baseId: summary.baseId !== null && ids.has(summary.baseId) ? summary.baseId : null,
  }))
}

export const toClientMessage = (row: Row): ClientMessage => ({
  id: row.id as string,
  role: row.role as string,
  content: row.content as string,
  name: row.name as string | null,
  createdAt: row.created_at as number,
  byChat: row.by_chat === 1,
})

/** The columns of a session's usage, replies apart from the rest: the same in both databases. */
export const SESSION_USAGE = `s.namespace, s.id, s.title,
  sum(CASE WHEN u.kind = 'reply' THEN u.input_tokens ELSE 0 END) AS reply_in,
  sum(CASE WHEN u.kind = 'reply' THEN u.output_tokens ELSE 0 END) AS reply_out,
  sum(CASE WHEN u.kind = 'reply' THEN 0 ELSE u.input_tokens END) AS background_in,
  sum(CASE WHEN u.kind = 'reply' THEN 0 ELSE u.output_tokens END) AS background_out`

export function toSessionUsage(row: Row): SessionUsage {
  return {
    ref: { namespace: row.namespace as string, sessionId: row.id as string },
    title: row.title as string,
    replies: { inputTokens: Number(row.reply_in), outputTokens: Number(row.reply_out) },
    background: { inputTokens: Number(row.background_in), outputTokens: Number(row.background_out) },
  }
}

export function toUsageSum(row: Row): UsageSum {
  return {
    kind: row.kind as UsageSum['kind'],
    calls: row.calls as number,
    inputTokens: row.input_tokens as number,
    outputTokens: row.output_tokens as number,
  }
}
