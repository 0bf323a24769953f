/**
 * What the browser and the server say to each other: types only, shared by both sides. Nothing here runs.
 *
 * Errors of every JSON route: status 4xx/5xx and `ApiError`. A foreign id answers exactly as an absent one: 404.
 */

export type ApiError = { error: { code: ApiErrorCode; message: string } }
export type ApiErrorCode =
  | 'bad-request'
  | 'cross-origin'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'too-many'
  | 'storage'
  | 'internal'

/** One entry of the sidebar. Times are Unix milliseconds. */
export type SessionItem = {
  id: string
  title: string
  pinned: boolean
  /** In no list and no search, without memory, and removed a day after its last activity. */
  temporary: boolean
  createdAt: number
  updatedAt: number
  /** A reply is being written now. */
  running: boolean
}

export type ChatMessageStatus = 'complete' | 'streaming' | 'stopped' | 'failed' | 'interrupted'

export type ChatMessage = {
  id: string
  parentId: string | null
  role: 'user' | 'assistant'
  text: string
  status: ChatMessageStatus
  /** A sentence for the person, when `status` is `failed`. */
  error: string | null
  /** Ids of all versions (itself included), oldest first: "2/3" is index 1 of 3. */
  versions: string[]
  createdAt: number
  /** The summary that covers everything up to this message, where one was made. */
  summaryId?: string | null
  /** It is known what memory gave to this reply. */
  hasReceipt?: boolean
}

/** A reply in progress: `next` is the index of the first chunk that `text` does not hold yet. */
export type ActiveRun = { id: string; messageId: string; next: number }

/** Which page of a session's visible path: the newest, the one above or below a position, or the one about a message. */
export type PagePlace = { before?: number; after?: number; around?: string }

/**
 * `GET /api/sessions/:id` with at most one of `PagePlace` — a page of the visible path, oldest first. A message to look
 * around that is not on that path answers with the newest page.
 */
export type SessionView = {
  session: SessionItem
  messages: ChatMessage[]
  /** Pass as `before` to load the page above; `null` at the beginning. */
  earlier: number | null
  /** Pass as `after` to load the page below; `null` at the end. */
  later: number | null
  /** Oldest first; the first one is running, later ones wait for it. */
  runs: ActiveRun[]
  /** A summary may be made at this moment: look again soon. */
  summarising?: boolean
}

/** `GET /api/sessions?cursor=` — the first page begins with all that are pinned; the rest by newest activity. */
export type SessionPage = { sessions: SessionItem[]; next: string | null }

/**
 * `POST /api/chat` — ids are UUIDs made by the browser, so that a repeated request is recognised: the same body again
 * attaches to the same reply, the same id with other text is 409 `conflict`.
 * `send`: `after` is the last message the person saw (`null` in an empty chat); `isNew` creates the session, `temporary`
 * as one that is not remembered.
 */
export type ChatRequest =
  | {
      kind: 'send'
      sessionId: string
      isNew: boolean
      temporary?: boolean
      id: string
      replyId: string
      after: string | null
      text: string
    }
  | { kind: 'edit'; sessionId: string; id: string; replyId: string; messageId: string; text: string }
  | { kind: 'regenerate'; sessionId: string; replyId: string; messageId: string }
  | { kind: 'continue'; sessionId: string; messageId: string }

// The stream that answers `POST /api/chat` and `GET /api/chat/:sessionId/stream?run=ID&from=N` (204: no such run any
// more, load the session): server-sent events in the AI SDK's UI message stream format, each with its index as the
// event id: `id: 7\ndata: {"type":"text-delta",…}\n\n`, at the end `data: [DONE]`. These chunk types occur:
// - `{type:'start', messageId, messageMetadata:{runId}}` always index 0
// - `{type:'text-start', id}`, `{type:'text-delta', id, delta}`, `{type:'text-end', id}`
// - `{type:'reasoning-start'|'reasoning-end', id}`, `{type:'reasoning-delta', id, delta}`
// - `{type:'error', errorText}` a sentence for the person; the reply has failed
// - `{type:'abort'}` somebody stopped it
// - `{type:'finish', messageMetadata:{status}}` always last, after error and abort too
// Other types are ignored.

/** `POST /api/chat/:sessionId/stop` */
export type StopRequest = { runId: string }

/** `PATCH /api/sessions/:id` — a title, a pin, or the version of a message to show (answers the `SessionView`). */
export type SessionPatch = { title: string } | { pinned: boolean } | { showVersion: string }

/** `DELETE /api/sessions/:id`; until `undoUntil`, `POST /api/sessions/:id/restore` takes it back. */
export type SessionDeleted = { undoUntil: number }

/** `GET /api/model` — what answers. `problem` is a sentence for the person when the model cannot be used. */
export type ModelStatus = {
  provider: 'openai' | 'azure' | 'custom' | 'gateway' | 'ollama' | 'offline'
  /** For the screen: "gpt-5-mini", "llama3.2 (Ollama)", "No model connected". */
  label: string
  connected: boolean
  /** The names that a person can choose among, the default first; absent where there is no choice. */
  choices?: string[]
}

/** A key of the person's programs for the memory API; `hint` is its end, `lastUsedAt` is true to the minute. */
export type ApiKeyItem = {
  id: string
  name: string
  hint: string
  createdAt: number
  lastUsedAt: number | null
}

/** `GET /api/keys` — newest first. `DELETE /api/keys/:id` revokes one: 204. */
export type ApiKeyList = { keys: ApiKeyItem[] }

/** `POST /api/keys` with `{ name }` — `secret` is the key itself, never shown again. 409 when there are too many. */
export type ApiKeyMade = { key: ApiKeyItem; secret: string }

/** `POST /api/model/test` — one tiny call to the model: how long it took, or a sentence that says what is wrong. */
export type ModelTest = { ok: true; label: string; ms: number } | { ok: false; problem: string }

/** `GET /api/settings`; `PATCH` changes what its body names and answers the whole. */
export type Settings = {
  /** Whether replies are given summaries and what was said before. */
  memory: boolean
  /** Whether that includes the person's other sessions. */
  acrossSessions: boolean
  /** The person's own words to the model, for every reply. */
  customInstructions: string
  /** One of the model's `choices`; `null`: the default. */
  model: string | null
}

/**
 * `GET /api/usage` — what the person's chats that are still there have taken of the models, and what is left of the day, which
 * is for everybody on this server and ends at midnight UTC (`endsAt`). Beyond `limit` no reply begins; beyond
 * `backgroundLimit`, or when the person's `own` background work reaches `ownLimit`, there are summaries without a model only.
 */
export type UsageView = {
  /** `cost` in dollars; `null`: nobody has said what the model costs. */
  kinds: {
    kind: 'reply' | 'summary' | 'title' | 'embedding'
    calls: number
    inputTokens: number
    outputTokens: number
    cost: number | null
  }[]
  /** Those that took most, in tokens. */
  sessions: { sessionId: string; title: string; replies: number; background: number }[]
  day: {
    used: number
    limit: number
    background: number
    backgroundLimit: number
    own: number
    ownLimit: number
    endsAt: number
  }
}

/** A text in pieces; those that were searched for are `hit`s. */
export type MarkedText = { text: string; hit: boolean }[]

/** `GET /api/search?q=` — sessions whose title or messages hold every word, the last one perhaps unfinished. */
export type SearchResults = {
  sessions: {
    sessionId: string
    title: MarkedText
    updatedAt: number
    messages: { id: string; role: 'user' | 'assistant'; createdAt: number; snippet: MarkedText }[]
  }[]
}

/**
 * `POST /api/import` — an export of ChatGPT, Claude or this app, whole or a part of its chats: what is here already is left
 * as it is, so that one which was cut short is just asked for again. `unreadable`: chats that are not as that product's are.
 */
export type ImportReport = {
  source: 'chatgpt' | 'claude' | 'motorhead-chat'
  sessions: { new: number; grown: number; present: number; empty: number; unreadable: number }
  /** Messages that were added. */
  messages: number
}

// `GET /api/sessions/:id/export?format=markdown|json` and `GET /api/export` answer a file to save.
