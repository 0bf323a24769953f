/** What the memory panel and the server say to each other: types only, shared by both sides. */

/** One line of a summary. `date` and `role` are `null` for a line that a person wrote in their own form. */
export type FactItem = { date: string | null; role: string | null; text: string }

/**
 * `llm` by the model, `extractive` without one, `fallback` without one because it kept failing, `person` and `client`
 * edited.
 */
export type SummarySource = 'llm' | 'extractive' | 'fallback' | 'person' | 'client'

/** One summary of the path that is shown. */
export type SummaryVersion = {
  id: string
  /** Counted from 1 over the summaries of the path, oldest first. */
  number: number
  source: SummarySource
  model: string | null
  createdAt: number
  tokens: number
  /** It covers the first so many messages of the path, and folded the last `folded` of these. */
  covers: number
  folded: number
  /** The last message covered. */
  throughId: string | null
}

/** How the summariser stands. `at` and `nextTryAt` are Unix milliseconds. */
export type MemoryWork =
  | { state: 'idle' }
  | { state: 'waiting'; rebuild: boolean; at: number }
  | { state: 'running'; rebuild: boolean }
  | { state: 'failing'; rebuild: boolean; attempts: number; nextTryAt: number }

/** `GET /api/memory/:sessionId` */
export type MemoryView = {
  /** Counted from the rows; `lost` and `doubled` are 0, or the store has a defect. */
  audit: { messages: number; summarised: number; window: number; lost: number; doubled: number }
  /** The newest of what is kept word for word, oldest first; `start` is the beginning of the text. */
  window: { id: string; role: 'user' | 'assistant'; start: string; tokens: number }[]
  /** How many came before them. */
  olderMessages: number
  /** Estimated, of those in `window`. */
  windowTokens: number
  /** Beyond so many messages the older half is summarised. */
  maxWindow: number
  /** The one in force, with its facts. */
  summary: (SummaryVersion & { context: string; facts: FactItem[] }) | null
  /** The newest, newest first, and how many came before them. */
  versions: SummaryVersion[]
  olderVersions: number
  work: MemoryWork
  /** Whether older messages are searched: by the server's settings, and by the person's. */
  search: { longTerm: boolean; memory: boolean; acrossSessions: boolean }
  temporary: boolean
  /** A program of the person's began it: its other chats are those of that program. */
  program: boolean
  /** Whose tokens of the day for summaries are used up: until it ends, at midnight UTC, no model is asked for any. */
  usedUp: 'person' | 'server' | null
  /** What this session has taken of the models so far. */
  usage: {
    kind: 'reply' | 'summary' | 'title' | 'embedding'
    calls: number
    inputTokens: number
    outputTokens: number
  }[]
  /** The Motörhead that replies are given the window and context of; `null`: our own memory alone. */
  elsewhere: Elsewhere | null
}

/**
 * `problem` keeps it from being used now; `limits` is what it cannot do; `context` is what it holds as that of this chat;
 * `waiting`: not all is saved there yet; `refused`: as many messages it did not take, so that they are kept here only.
 */
export type Elsewhere = {
  host: string
  problem: string | null
  limits: string
  context: string | null
  waiting: boolean
  refused: number
}

/** What a summary has become since the one before. */
export type FactChange =
  | { kind: 'kept' | 'added' | 'removed'; fact: FactItem }
  | { kind: 'changed'; fact: FactItem; before: FactItem }

/** A message in a few words, with the way to it: `sessionId` is an address as in `/s/:sessionId`. */
export type MessageMention = {
  sessionId: string
  messageId: string
  role: 'user' | 'assistant'
  start: string
  createdAt: number
}

/** `GET /api/memory/:sessionId/summaries/:summaryId` */
export type SummaryDetail = SummaryVersion & {
  facts: FactItem[]
  /** Against the one that it grew from; `null` for the first. */
  since: { number: number; changes: FactChange[] } | null
  /** The newest replies that were given it. */
  usedBy: MessageMention[]
}

/** `GET /api/memory/:sessionId/summaries/:summaryId/facts/:line` — the message a fact came from, if it is found. */
export type FactSource = { source: MessageMention | null }

/** `PUT /api/memory/:sessionId/context` — 409 when `basedOn` is not the summary in force any more. */
export type ContextEdit = { context: string; basedOn: string | null }

/** `GET /api/memory/:sessionId/receipts/:messageId` — what memory gave to a reply; 404 when it has no receipt. */
export type ReceiptView = {
  model: string
  /** `null`: none was given. `gone`: it covered a message that was forgotten. */
  summary: (SummaryVersion & { undone: boolean }) | { gone: true } | null
  /** Messages given word for word, and how many of these are forgotten since. */
  window: { messages: number; forgotten: number }
  /** `null`: forgotten since. */
  retrieved: (MessageMention | null)[]
  /** Estimated by us. */
  tokens: { context: number; window: number; retrieved: number; total: number }
  ms: { memory: number; first: number | null; total: number } | null
  usage: { input: number | null; cached: number | null; output: number | null } | null
  /** Whether the prompt can be shown. */
  hasPrompt: boolean
}

/** A stretch of a prompt. `frame` marks off what memory added; `forgotten` stands for what is gone. */
export type PromptPart = {
  kind: 'instructions' | 'summary' | 'retrieved' | 'frame' | 'window' | 'question' | 'forgotten'
  text: string
  /** Estimated. */
  tokens: number
  /** Where a retrieved message is. */
  sessionId?: string
  messageId?: string
}

/** `GET /api/memory/:sessionId/prompts/:messageId` — 404 when it cannot be told. */
export type PromptView = {
  model: string
  /** Byte for byte as it was sent. Otherwise something in it was forgotten, or an older version made it. */
  exact: boolean
  missing: { summary: boolean; window: number; retrieved: number }
  /** As they were sent, each with what it is made of; the texts of its parts are its content. */
  messages: { role: 'system' | 'user' | 'assistant'; content: string; parts: PromptPart[] }[]
  ms: ReceiptView['ms']
  usage: ReceiptView['usage']
  /** Dollars for a million tokens; `null`: nobody has said. */
  price: { input: number; output: number } | null
}

/** What a forget takes, or took. */
export type ForgetReport = {
  sessions: number
  messages: number
  summaries: number
  receipts: number
  runs: number
}

/** `GET /api/memory/:sessionId/messages/:messageId`; DELETE answers a `ForgetReport`. `versions` are the numbers of the summaries on the path. */
export type ForgetPreview = ForgetReport & { versions: number[] }
