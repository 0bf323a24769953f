import { createCompaction } from './compaction.ts'
import type { Embedding } from './embedding.ts'
import type { JobHandler } from './jobs.ts'
import { recallFor, retrieve } from './retrieval.ts'
import type { Message, NewJob, SessionRef, Store } from './store/store.ts'
import type { Tokens } from './store/usage-store.ts'

/** One message as a summariser sees it. */
export type SummaryInput = Pick<Message, 'id' | 'role' | 'content' | 'createdAt'>

/**
 * Folds messages (oldest first, never empty) into a context. The context is a list of dated, attributed facts, one a
 * line: `- 2026-11-24 user: my name is Bob.`; at most `maxTokens` estimated tokens. Throws when the model fails, is
 * aborted or answers nothing usable: the caller keeps the old context and tries again later.
 */
export type Summarize = (input: {
  context: string | null
  messages: SummaryInput[]
  maxTokens: number
  signal: AbortSignal
  /** Told what each call of a model took, when it has answered. */
  spent?: (tokens: Tokens) => void
}) => Promise<{ context: string; model: string | null }>

/** A message that was searched for, with where it was said. `dist` is from 0 (best) to 1. */
export type Retrieved = Message & SessionRef & { dist: number }

/** One session, all of its shown path, or the sessions of some namespaces. */
export type RetrievalScope = { ref: SessionRef } | { namespaces: string[]; label?: string }

/**
 * What a person has switched. Without `memory` a reply is given its window alone; `acrossSessions` searches their other
 * sessions, too.
 */
export type RecallOptions = { memory?: boolean; acrossSessions?: boolean }

/** What memory gives to one reply. All texts are data, to be fenced in a prompt. */
export type Recall = {
  summaryId: string | null
  context: string | null
  /** Older messages that the new one may need, oldest first; none of them is in `window`. */
  retrieved: Retrieved[]
  /** Oldest first; the last one is the message to answer. Cut from its old end if it would exceed the budget. */
  window: Message[]
  tokens: { context: number; window: number; retrieved: number }
}

export type MemorySettings = {
  /** Messages kept word for word before compaction folds the older half. At least 2. */
  maxWindowSize: number
  /** Whether older messages are searched for what a new one needs. */
  longTermMemory: boolean
}

export type MemoryDeps = {
  store: Store
  settings: MemorySettings
  /** The model that summarises a session now; `null` when none is connected, or may be asked: then summaries are extractive. */
  summarizer: (ref: SessionRef) => Promise<Summarize | null>
  /** What messages mean, where a model tells it. */
  embedding?: Embedding
  /** Holds a summary up while there is more urgent work; absent: none is. */
  pause?: (signal: AbortSignal) => Promise<void>
  now: () => number
}

export type Memory = {
  /** What the reply to `messageId` is to be given. Reads only; its cost does not grow with the session. */
  recall(ref: SessionRef, messageId: string, options?: RecallOptions): Promise<Recall>
  /** The messages that a text asks for, nearest first, at most `limit`. An absent session has none. */
  retrieve(query: { text: string; limit: number; within: RetrievalScope }): Promise<Retrieved[]>
  /** The background work that an append calls for; to be persisted in the append's own transaction. */
  jobsAfterAppend(): NewJob[]
  /** The background work that a finished turn of the chat calls for in its session. */
  jobsAfterTurn(ref: SessionRef): NewJob[]
  /** Runs a claimed compaction job. */
  compact: JobHandler
  /** Runs a claimed embedding job. Without an embedding model there is nothing to do. */
  embedMissing: JobHandler
  /** Runs a claimed upload job. Without a Motörhead elsewhere there is nothing to do. */
  upload: JobHandler
  /** Deletes elsewhere what is deleted here. */
  removeOrphans(signal: AbortSignal): Promise<void>
}

/** The memory engine: Motörhead's window and context over a store that never trims. */
export function createMemory({ store, settings, summarizer, embedding, pause, now }: MemoryDeps): Memory {
  const sources = { store, ...(embedding && { near: embedding.near }) }
  const jobs = (): NewJob[] => [
    { kind: 'compaction', dueAt: now() },
    ...(embedding ? [{ kind: 'embedding' as const, dueAt: now() }] : []),
  ]
  return {
    recall: (ref, messageId, options = {}) => recallFor(sources, settings, ref, messageId, options),
    retrieve: ({ text, limit, within }) => retrieve(sources, text, within, limit),
    jobsAfterAppend: jobs,
    jobsAfterTurn: jobs,
    embedMissing: embedding?.work ?? (async () => 'done'),
    upload: async () => 'done',
    removeOrphans: async () => {},
    compact: createCompaction({
      store,
      maxWindowSize: settings.maxWindowSize,
      summarizer,
      now,
      ...(pause && { pause }),
    }),
  }
}
