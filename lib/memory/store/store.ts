import type { RemoteStore } from '../remote/remote-store.ts'
import type { ClientStore } from './client-store.ts'
import type { EmbeddingStore } from './embedding-store.ts'
import type { ForgetStore } from './forget-store.ts'
import type { KeyStore } from './key-store.ts'
import type { Allowance, LimitStore } from './limit-store.ts'
import type { SettingsStore } from './settings-store.ts'
import type { TransferStore } from './transfer.ts'
import type { UsageStore } from './usage-store.ts'

/**
 * What memory needs from a database. Every implementation passes the same suite, `contract.ts`.
 *
 * Rules that hold for all methods:
 * - A session is named by `{ namespace, sessionId }`, and the namespace is in every WHERE clause: a foreign session
 *   and an absent one are the same thing. Deleted sessions are absent, except to `restoreSession` and `purgeSession`.
 * - Each method is one transaction: all of it is durable when the promise resolves, or none of it is.
 * - Times are Unix milliseconds, passed in by the caller; ids are UUIDs (v7 where we make them).
 * - Absence is `null` or `false` where it is an expected answer, else `MemoryError('not-found')`.
 */
export type Store = SessionStore &
  SettingsStore &
  MessageStore &
  ForgetStore &
  SearchStore &
  EmbeddingStore &
  SummaryStore &
  JobStore &
  RunStore &
  LimitStore &
  TransferStore &
  RemoteStore &
  UsageStore &
  KeyStore &
  ClientStore & { close(): Promise<void> }

export type SessionRef = { namespace: string; sessionId: string }

/** Where a title came from; a later source never loses to an earlier one: `person` is never overwritten. */
export type TitleSource = 'first-words' | 'model' | 'person'

export type Session = {
  id: string
  namespace: string
  title: string
  titleSource: TitleSource
  /** The message that the person sees last; `null` while the session is empty. */
  headId: string | null
  /** Bumped by a forget, an edit of the context and a delete; a job of an older generation cannot commit. */
  generation: number
  pinned: boolean
  /** Remembers nothing and is remembered nowhere: in no list and no search, and without background jobs. */
  temporary: boolean
  createdAt: number
  updatedAt: number
}

/** `streaming` while its run goes on; only then may content still grow. */
export type MessageStatus = 'complete' | 'streaming' | 'stopped' | 'failed' | 'interrupted'

export type Message = {
  id: string
  parentId: string | null
  /** Strictly grows from parent to child; gaps are allowed (a forgotten message leaves one). */
  position: number
  /** Byte for byte as given: the chat writes `user` and `assistant`. */
  role: string
  content: string
  /** Who speaks, where a client says so: several people can share a role. */
  name: string | null
  /** Written in the chat, not by a program: there, roles have other names. Absent when not. */
  byChat?: boolean
  status: MessageStatus
  /** A sentence for the person when `status` is `failed`. */
  error: string | null
  /** What memory gave to this reply; `null` for messages that are no replies of ours. */
  receipt: Receipt | null
  createdAt: number
}

/** A message as a person sees it: with its versions (itself included, oldest first). */
export type MessageWithVersions = Message & { versions: string[] }

export type Receipt = {
  summaryId: string | null
  /** Ids of the messages given word for word, oldest first; `null` in the place of one that was forgotten since. */
  windowIds: (string | null)[]
  /** The older messages given beside the window, of this session or another one of the same person. */
  retrieved: ({ sessionId: string; messageId: string } | null)[]
  /** Estimated tokens of each part of the prompt. */
  tokens: { context: number; window: number; retrieved: number; total: number }
  model: string
  /**
   * With what the prompt was made of the above, so that it can be made again: its fence, the person's own instructions, how
   * many characters of the reply were there already, and a digest of the whole. Receipts of before have none.
   */
  made?: { fence: string; custom: string; partial: number; digest: string }
  /** Milliseconds: what memory took, then until the model's first word (`null`: none came), and all of it. */
  ms?: { memory: number; first: number | null; total: number }
  /** Tokens as the provider counted them, when it does. */
  usage?: { input: number | null; cached: number | null; output: number | null }
}

export type NewMessage = {
  id: string
  role: string
  content: string
  name?: string | null
  /** Written in the chat, not by a program. */
  byChat?: boolean
  status?: MessageStatus
  createdAt: number
}

/**
 * `llm` a model's summary, `extractive` one made without a model because none is connected, `fallback` an extractive
 * one made because the model kept failing (replaced when it works again), `person` and `client` an edited context.
 */
export type SummarySource = 'llm' | 'extractive' | 'fallback' | 'person' | 'client'

export type Summary = {
  id: string
  /** The last message covered: everything on the path up to it. `null`: hangs before the first message. */
  throughId: string | null
  throughPosition: number
  /** The summary it grew from. */
  baseId: string | null
  context: string
  tokens: number
  /** How many messages it folded beyond its base. */
  folded: number
  source: SummarySource
  model: string | null
  createdAt: number
}

export type SummaryOutline = Omit<Summary, 'context'>

/** The messages of a path that no summary covers (oldest first), and the summary that covers the rest. */
export type Window = { session: Session; messages: Message[]; summary: Summary | null }

/** Counted from the rows of the head's path; `lost` and `doubled` are 0 or the store has a defect. */
export type Audit = { messages: number; summarised: number; window: number; lost: number; doubled: number }

export interface SessionStore {
  getSession(ref: SessionRef): Promise<Session | null>
  /**
   * Those of several namespaces together, newest activity first, no temporary ones; `pinned`: only those that are, or
   * are not. `before` is the last session of the page before. `running`: a reply is in progress.
   */
  listSessions(
    namespaces: string[],
    options: { limit: number; pinned?: boolean; before?: { updatedAt: number; id: string } },
  ): Promise<(Session & { running: boolean })[]>
  /**
   * False when `titleSource` is weaker than the one stored (a person's title is kept), the session is absent, or its
   * generation is another than the one given: what the title was made of may be forgotten.
   */
  setTitle(
    ref: SessionRef,
    title: string,
    source: TitleSource,
    options?: { generation?: number },
  ): Promise<boolean>
  /** Changes nothing else: a pin is no activity. False when the session is absent. */
  setPinned(ref: SessionRef, pinned: boolean): Promise<boolean>
  /** Moves the head to the newest descendant of `messageId` (each step takes the newest child). */
  selectVersion(ref: SessionRef, messageId: string): Promise<Session>
  /** Hides the session from everything, bumps its generation and asks its runs to stop. False when absent. */
  deleteSession(ref: SessionRef, at: number): Promise<boolean>
  /** Removes for good every temporary session without activity since `idleSince`; answers how many. */
  purgeTemporary(idleSince: number): Promise<number>
  /** Takes back a delete that is not purged yet. False when there is nothing to take back. */
  restoreSession(ref: SessionRef): Promise<boolean>
  /** Removes for good every session deleted at or before `deletedBefore`; answers how many. */
  purgeDeleted(deletedBefore: number): Promise<number>
}

export interface MessageStore {
  /**
   * Appends in order under `parentId` (absent: under the head) and moves the head to the last one; creates the session
   * when absent, `temporary` if so asked. An id that the session already holds with the same role and content is left as it is (a retry).
   * `conflict` when it is held with other content.
   */
  appendMessages(
    ref: SessionRef,
    messages: NewMessage[],
    options?: { parentId?: string | null; title?: string; temporary?: boolean; jobs?: NewJob[] },
  ): Promise<Session>
  getMessage(ref: SessionRef, messageId: string): Promise<Message | null>
  /**
   * The path of `headId` (absent: the session's head), oldest first, at most `limit` messages ending just before position
   * `before` (absent: at its end). Of an absent message it is empty.
   */
  listPath(
    ref: SessionRef,
    options: { limit: number; before?: number; headId?: string },
  ): Promise<{ session: Session; messages: MessageWithVersions[]; hasEarlier: boolean }>
  /**
   * The window of `headId` (absent: the session's head), its newest `limit` messages (absent: all), replies without their
   * receipts. Its cost is the window's length, not the session's, and beyond `limit` no text is read.
   */
  getWindow(ref: SessionRef, headId?: string | null, options?: { limit?: number }): Promise<Window>
  /** Replies whose receipt names this summary or message, newest first. */
  findReplies(ref: SessionRef, named: { id: string; limit: number }): Promise<Message[]>
  audit(ref: SessionRef): Promise<Audit>
}

/**
 * Where to search. One session: the path of `headId` (absent: of the session's head), at or before `throughPosition`
 * (absent: all of it). Namespaces: the shown path of each of their sessions, of those with a label or of all, except one.
 */
export type SearchScope =
  | { ref: SessionRef; headId?: string; throughPosition?: number }
  | { namespaces: string[]; label?: string; except?: SessionRef }

export type FoundMessage = Message & SessionRef & { score: number }

/** A message that was searched for, as ranking needs it: without its text. */
export type Hit = Place & {
  createdAt: number
  /** Said by a machine, see `isReply`. */
  isReply: boolean
  /** Above 0. How well it matches among those of its kind (what people said, and replies): comparable between searches. */
  score: number
}

/** Where a message stands on the path that a scope searches. */
export type Place = SessionRef & { position: number }

export interface SearchStore {
  /**
   * Full-text search for any of the terms (an empty list finds nothing) in what was said, the speaker's name and the
   * date; best first, at most `limit` of what people said and `limit` replies. An absent session has no messages. A term
   * may be any text: nothing in it is an operator.
   */
  searchMessages(scope: SearchScope, query: { terms: string[]; limit: number }): Promise<Hit[]>
  /**
   * The messages at these places of the scope, in their order, replies without their receipts; a place where nothing
   * stands is left out.
   */
  readPlaces(scope: SearchScope, places: Place[]): Promise<(Message & SessionRef)[]>
  /**
   * What a person looks for by words: the messages of all branches of all sessions of the namespaces that hold, for each
   * entry of `words`, a word that begins with one of its alternatives; newest first. As the index has it: words are
   * found by their stems, too. No entry finds nothing; temporary and deleted sessions have no messages.
   */
  findMessages(namespaces: string[], query: { words: string[][]; limit: number }): Promise<FoundMessage[]>
}

export type NewSummary = Omit<Summary, 'throughPosition'>

/** What must still be true for a background job's summary to be committed. */
export type Fence = { generation: number; lease: string; jobId: string }

export interface SummaryStore {
  /**
   * Inserts one row and changes nothing else. Answers false, and writes nothing, when `fence` no longer holds, when
   * `throughId` is gone, or when another summary than `current` is now the one that covers `throughId`'s path.
   */
  insertSummary(
    ref: SessionRef,
    summary: NewSummary,
    fence: Fence & { currentId: string | null },
  ): Promise<boolean>
  /** A person's or a client's new context: a newer summary on the message of the current one. Bumps the generation. */
  replaceContext(
    ref: SessionRef,
    context: {
      id: string
      context: string
      tokens: number
      source: 'person' | 'client'
      createdAt: number
      /** `conflict` when another summary is the current one; absent: whichever is. */
      currentId?: string | null
    },
  ): Promise<Summary>
  /**
   * Undo: removes a summary and those that grew from it from every path; bumps the generation. Receipts can still read
   * them, and `restoreSummary` brings them back. False when absent.
   */
  deleteSummary(ref: SessionRef, summaryId: string): Promise<boolean>
  /** Takes an undo of this summary back, with those that went with it; bumps the generation. False when there was none. */
  restoreSummary(ref: SessionRef, summaryId: string): Promise<boolean>
  /** One summary, also when it was undone since. */
  getSummary(ref: SessionRef, summaryId: string): Promise<(Summary & { undone: boolean }) | null>
  /** Which of these messages a summary hangs on, and the newest one of each. */
  summariesAt(ref: SessionRef, messageIds: string[]): Promise<Map<string, string>>
  /** Newest first, every branch. */
  listSummaries(ref: SessionRef): Promise<Summary[]>
  /** Those on the head's path, without their texts, newest first. */
  outlineSummaries(ref: SessionRef): Promise<SummaryOutline[]>
}

/** `upload`: brings what a Motörhead elsewhere has not yet. */
export type JobKind = 'compaction' | 'title' | 'upload' | 'embedding'
export type NewJob = {
  kind: JobKind
  dueAt: number
  /** A person asks: a pause after failures ends, and they are counted from the first again. */
  atOnce?: boolean
  /** As `atOnce`, and the summaries are made anew. */
  rebuild?: boolean
}

export type Job = {
  id: string
  ref: SessionRef
  kind: JobKind
  generation: number
  attempts: number
  /** Proves that we hold it; a lease that ran out can be taken by another process. */
  lease: string
  /** Grows when the job is asked for again while it runs. */
  revision: number
  /** Asked for with `rebuild`, and no summary was inserted by it since. */
  rebuild: boolean
}

/** A job as its session's panel shows it. */
export type JobState = Pick<Job, 'attempts' | 'rebuild'> & {
  dueAt: number
  /** Until when somebody holds it; `null`: nobody does. */
  leaseUntil: number | null
}

/**
 * Nobody sets a due time or a lease so far ahead: the clock was wrong, and the job would wait until it is right again. It
 * counts as over.
 */
export const FURTHEST_AHEAD_MS = 2 * 3_600_000

/**
 * One row per session and kind: asking for a job that waits already changes nothing but its revision. Asking for one in a
 * temporary session does nothing.
 */
export interface JobStore {
  enqueueJob(ref: SessionRef, job: NewJob): Promise<void>
  /** `null` while there is none of that kind. */
  getJob(ref: SessionRef, kind: JobKind): Promise<JobState | null>
  /**
   * Takes the job that is due longest, if any, whose session has no other leased job of the same kind. See
   * `FURTHEST_AHEAD_MS` for a clock that jumped.
   */
  claimJob(options: { now: number; leaseMs: number; lease: string }): Promise<Job | null>
  /** Keeps a lease that is still ours. False when it was lost. */
  renewJob(job: Job, leaseUntil: number): Promise<boolean>
  /** Done: the row goes, unless it was asked for again meanwhile, or `againAt` is given: then it waits anew. */
  finishJob(job: Job, options?: { againAt?: number }): Promise<void>
  /** Failed: keeps the row, counts the attempt and waits until `dueAt`. A lost lease changes nothing. */
  failJob(job: Job, options: { dueAt: number; error: string }): Promise<void>
  /** When the next job can be claimed: its due time or the end of its lease. `null` without jobs. */
  nextJobAt(): Promise<number | null>
}

export type RunStatus = 'queued' | 'running' | 'complete' | 'stopped' | 'failed' | 'interrupted'

export type Run = {
  id: string
  ref: SessionRef
  /** The reply that it writes. */
  messageId: string
  /** The message it answers: the parent of the reply. */
  promptId: string
  status: RunStatus
  /** `continue`: goes on from the text that the reply already has. */
  mode: 'reply' | 'continue'
  /** Which process runs it, as `RunOwner` text. */
  owner: string
  stopRequested: boolean
  heartbeatAt: number
  createdAt: number
}

export type BeginTurn = {
  /** Creates the session when it is absent; without it an absent session is `not-found`. */
  create?: { title: string; temporary?: boolean }
  run: { id: string; owner: string; mode: 'reply' | 'continue' }
  /**
   * `send`: appends `text` under `after` or, when `after` is on the head's path, under the head (so that two tabs make
   * one line); `edit`: makes a sibling of `messageId`; `regenerate`: a sibling of the reply `messageId`;
   * `continue`: goes on with the reply `messageId` (stopped, interrupted or failed, and at the head of its branch).
   */
  turn:
    | { kind: 'send'; id: string; text: string; after: string | null; replyId: string }
    | { kind: 'edit'; id: string; text: string; messageId: string; replyId: string }
    | { kind: 'regenerate'; messageId: string; replyId: string }
    | { kind: 'continue'; messageId: string }
  maxActiveRuns: number
  /** Spent when a run begins, and only then: not by a turn that is refused, or that is the same again. */
  allowances?: readonly Allowance[]
  now: number
}

export interface RunStore {
  /**
   * In one transaction: the person's message, the empty reply under it (`streaming`), the head moved to it, and the run
   * (`running`, or `queued` behind another one of its session). The same turn again answers `{ replayed: true }` with its run; the same ids with other text is
   * `conflict`; `too-many-runs` when the namespace has `maxActiveRuns` unfinished ones; `limit-reached` when an allowance is spent.
   * Resolves when memory can be asked for the reply; neither a model nor the person may be told before `durable` has resolved.
   */
  beginTurn(
    ref: SessionRef,
    begin: BeginTurn,
  ): Promise<{ run: Run; replayed: boolean; durable: Promise<void> }>
  getRun(ref: SessionRef, runId: string): Promise<Run | null>
  /** Unfinished runs of a session, oldest first. */
  activeRuns(ref: SessionRef): Promise<Run[]>
  /** Unfinished runs of all sessions, to find the orphans of a dead process. */
  unfinishedRuns(): Promise<Run[]>
  /**
   * Queued to running, if it is the oldest unfinished run of its session; beats the heart either way.
   * `stop`: somebody asked it to stop, it has ended, or its session is deleted.
   */
  startRun(run: Run, at: number): Promise<'started' | 'wait' | 'stop'>
  /** Appends to the chunk log and beats the heart; answers whether somebody asked the run to stop or it is gone. */
  appendChunks(run: Run, batch: { first: number; chunks: string[]; at: number }): Promise<{ stop: boolean }>
  /** The chunks from index `from` on, in order, and the run's status read in the same snapshot. */
  readChunks(
    ref: SessionRef,
    runId: string,
    from: number,
  ): Promise<{ chunks: string[]; status: RunStatus } | null>
  requestStop(ref: SessionRef, runId: string): Promise<boolean>
  /**
   * The end of a run: the reply's final text and status, the run's status and the follow-up jobs, at once. False when
   * the run has ended already or its session is gone; then nothing is written. In a deleted session it is written, so
   * that an undo finds it whole.
   */
  finishRun(
    run: Run,
    end: {
      status: Exclude<RunStatus, 'queued' | 'running'>
      content: string
      error: string | null
      receipt: Receipt | null
      jobs: NewJob[]
      at: number
    },
  ): Promise<boolean>
  /** Drops the chunk logs of runs that ended before `endedBefore`. */
  pruneChunks(endedBefore: number): Promise<void>
}
