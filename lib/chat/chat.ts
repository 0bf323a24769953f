import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Models } from '#lib/llm/models.ts'
import type { MayWork } from '#lib/memory/budget.ts'
import { MemoryError } from '#lib/memory/errors.ts'
import { createJobWorker } from '#lib/memory/jobs.ts'
import type { Memory } from '#lib/memory/memory.ts'
import type { Allowance } from '#lib/memory/store/limit-store.ts'
import type { BeginTurn, SessionRef, Store } from '#lib/memory/store/store.ts'
import { createHousekeeping, UNDO_MS } from './housekeeping.ts'
import { createJobHandlers } from './job-handlers.ts'
import { type Frames, framesOfEnded } from './live-run.ts'
import { createReplyWriter } from './reply.ts'
import { createRuns } from './runs.ts'
import { sessionAt } from './session-address.ts'
import { cursorAfter, parseCursor, toChatMessage, toItem } from './session-items.ts'
import { readPage } from './session-pages.ts'
import { firstWords } from './titles.ts'
import type {
  ChatRequest,
  PagePlace,
  SessionDeleted,
  SessionItem,
  SessionPage,
  SessionPatch,
  SessionView,
} from './types.ts'

/**
 * Everything that a person does in the chat. `user` is the person behind the cookie and the namespace of their
 * sessions. Refusals are `MemoryError`s; `null` or `false` says that the session, run or message is not there.
 * A session's id is its address here, see `session-address.ts`.
 */
export type ChatService = {
  /** Makes the turn durable, takes what it needs of the allowances, starts its run, and answers the stream of its reply (see `types.ts`). */
  send(user: string, request: ChatRequest, allowances?: readonly Allowance[]): Promise<ReplyStream>
  /** The chunks of a run from index `from` on, live when it still goes on. */
  resume(user: string, sessionId: string, runId: string, from: number): Promise<ReplyStream | null>
  /** Resolves when the stop is recorded; the provider call is aborted within 1 s, in whichever process it runs. */
  stop(user: string, sessionId: string, runId: string): Promise<boolean>
  listSessions(user: string, cursor: string | null): Promise<SessionPage>
  view(user: string, sessionId: string, place?: PagePlace): Promise<SessionView | null>
  patch(user: string, sessionId: string, patch: SessionPatch): Promise<SessionItem | SessionView | null>
  remove(user: string, sessionId: string): Promise<SessionDeleted | null>
  restore(user: string, sessionId: string): Promise<boolean>
  /** Something was removed for good: what its going calls for is done in the background. */
  afterForgetting(): void
  /** Background work was asked for: it begins now. */
  wake(): void
  /** Somebody asked for something: a good time to look for what a process that was stopped has left undone. */
  touch(): void
  /** Marks the replies of dead processes interrupted and starts the background work that waits. */
  start(): Promise<void>
  /** Running replies become interrupted, with the text they have; background work stops where it is. */
  close(): Promise<void>
}

/** `frames` are ready server-sent events, each piece one or more of them; cancelling it stops nothing but the reading. */
export type ReplyStream = { runId: string; frames: Frames }

const PAGE_SESSIONS = 50

/** Far more than anybody can overlook. */
const MAX_PINNED = 500

const LOOK_FOR_TEMPORARY_MS = 60 * 60_000

/** How often, at most, a request has this process look for what others left undone. */
const CATCH_UP_MS = 10_000

export type ChatDeps = {
  store: Store
  memory: Memory
  models: { current(choice?: string | null): Promise<Models> }
  /** Replies in progress that one person may have. */
  maxActiveRuns: number
  now: () => number
  /** Names this process, and tells whether another one lives. */
  owner: string
  isOwnerAlive: (owner: string) => boolean
  /** Keeps the host from stopping this process before the work is done; absent: it never does. */
  holdOpen?: (work: Promise<unknown>) => void
  /** Throws when no reply may begin, as the tokens of the day are used up. */
  checkTokens?: () => Promise<void>
  /** Whether titles may be asked for now; absent: always. */
  mayWork?: MayWork
  /** Given each prompt as text just before it goes out. */
  onPrompt?: (text: string) => void
  onError: (event: 'reply' | 'job', error: unknown) => void
}

export function createChat(deps: ChatDeps): ChatService {
  const { store, memory, models, now, owner, mayWork = async () => true, holdOpen = () => {} } = deps
  const worker = createJobWorker({
    store,
    now,
    handlers: createJobHandlers({ store, memory, models, now, mayWork }),
    onError: (error) => deps.onError('job', error),
  })
  const onError = (error: unknown) => deps.onError('reply', error)
  const wake = () => holdOpen(worker.wake())
  let touchedAt = now()
  const shutdown = new AbortController()
  const housekeeping = createHousekeeping({
    store,
    now,
    removeElsewhere: () => memory.removeOrphans(shutdown.signal),
    onError: (error) => deps.onError('job', error),
  })
  const runs = createRuns({
    store,
    now,
    owner,
    isOwnerAlive: deps.isOwnerAlive,
    onError,
    writeReply: createReplyWriter({
      store,
      memory,
      models,
      onError,
      ...(deps.onPrompt && { onPrompt: deps.onPrompt }),
    }),
    jobsAfter: ({ ref }, end) => [
      ...memory.jobsAfterTurn(ref),
      ...(end.status === 'complete' ? [{ kind: 'title' as const, dueAt: now() }] : []),
    ],
    holdOpen,
    onFinished: wake,
  })
  let tidying: NodeJS.Timeout | undefined
  const refOf = (user: string, address: string): Promise<SessionRef> => sessionAt(store, user, address)

  async function send(
    user: string,
    request: ChatRequest,
    allowances: readonly Allowance[] = [],
  ): Promise<ReplyStream> {
    const [ref] = await Promise.all([refOf(user, request.sessionId), deps.checkTokens?.()])
    const { run, replayed, durable } = await store.beginTurn(ref, { ...beginTurn(request), allowances })
    // Memory is asked while the disk is at work; the model and the person hear of the turn when it is durable.
    if (!replayed || runs.isUnlaunched(run)) runs.launch(run, durable)
    await durable
    // The model is asked in this turn of the event loop; what the answer still needs is done while it thinks.
    await nextTurn()
    return {
      runId: run.id,
      frames: runs.follow(run, 0) ?? framesOfEnded(run, await store.getMessage(run.ref, run.messageId)),
    }
  }

  function beginTurn(request: ChatRequest): BeginTurn {
    const creates = request.kind === 'send' && request.isNew
    return {
      ...(creates && {
        create: { title: firstWords(request.text), temporary: request.temporary ?? false },
      }),
      run: { id: crypto.randomUUID(), owner, mode: request.kind === 'continue' ? 'continue' : 'reply' },
      turn: request,
      maxActiveRuns: deps.maxActiveRuns,
      now: now(),
    }
  }

  async function view(user: string, sessionId: string, place: PagePlace = {}): Promise<SessionView | null> {
    const ref = await refOf(user, sessionId).catch(absent)
    if (!ref) return null
    await runs.reap(await store.activeRuns(ref))
    const active = await store.activeRuns(ref)
    // Read before the messages: a reply that ends between the two is then whole in its message.
    const progress = await Promise.all(active.map(async (run) => ({ run, ...(await runs.progress(run)) })))
    const path = await readPage(store, ref, place).catch(absent)
    if (!path) return null
    const [summaries, job] = await Promise.all([
      store.summariesAt(
        ref,
        path.messages.map(({ id }) => id),
      ),
      store.getJob(ref, 'compaction'),
    ])
    const messages = path.messages.map((message) => {
      const written = progress.find(({ run }) => run.messageId === message.id)
      const streaming = written && message.status === 'streaming'
      const shown = streaming ? { ...message, content: message.content + written.text } : message
      return { ...toChatMessage(shown), summaryId: summaries.get(message.id) ?? null }
    })
    return {
      session: toItem(user, { ...path.session, running: active.length > 0 }),
      messages,
      earlier: path.earlier,
      later: path.later,
      runs: progress.map(({ run, next }) => ({ id: run.id, messageId: run.messageId, next })),
      summarising: job?.attempts === 0,
    }
  }

  /** What a process that was stopped, here or elsewhere, has left undone. */
  async function catchUp(): Promise<void> {
    try {
      await runs.reap(await store.unfinishedRuns())
    } catch (error) {
      onError(error)
    }
    await worker.wake()
  }

  return {
    send,
    view,

    async resume(user, sessionId, runId, from) {
      const run = await store.getRun(await refOf(user, sessionId), runId)
      const frames = run && runs.follow(run, from)
      return frames ? { runId, frames } : null
    },

    stop: async (user, sessionId, runId) => runs.stop(await refOf(user, sessionId), runId),

    async listSessions(user, cursor) {
      const before = cursor === null ? null : parseCursor(cursor)
      const namespaces = await store.namespacesOf(user)
      const sessions = await store.listSessions(namespaces, {
        limit: PAGE_SESSIONS + 1,
        pinned: false,
        ...(before && { before }),
      })
      const pinned = before ? [] : await store.listSessions(namespaces, { limit: MAX_PINNED, pinned: true })
      const page = sessions.slice(0, PAGE_SESSIONS)
      const last = page.at(-1)
      return {
        sessions: [...pinned, ...page].map((session) => toItem(user, session)),
        next: sessions.length > PAGE_SESSIONS && last ? cursorAfter(last) : null,
      }
    },

    async patch(user, sessionId, patch) {
      const ref = await refOf(user, sessionId)
      if ('showVersion' in patch) {
        await store.selectVersion(ref, patch.showVersion)
        return view(user, sessionId)
      }
      if ('pinned' in patch) await store.setPinned(ref, patch.pinned)
      else await store.setTitle(ref, patch.title, 'person')
      const session = await store.getSession(ref)
      return session && toItem(user, { ...session, running: (await store.activeRuns(ref)).length > 0 })
    },

    async remove(user, sessionId) {
      const ref = await refOf(user, sessionId)
      const at = now()
      if (!(await store.deleteSession(ref, at))) return null
      runs.stopSession(ref)
      housekeeping.tidyLater()
      return { undoUntil: at + UNDO_MS }
    },

    restore: async (user, sessionId) => store.restoreSession(await refOf(user, sessionId)),

    afterForgetting() {
      holdOpen(housekeeping.tidy())
      wake()
    },

    wake,

    touch() {
      if (now() - touchedAt < CATCH_UP_MS) return
      touchedAt = now()
      holdOpen(catchUp())
    },

    async start() {
      await housekeeping.tidy()
      housekeeping.tidyLater()
      tidying = setInterval(() => void housekeeping.tidy(), LOOK_FOR_TEMPORARY_MS).unref()
      await runs.reap(await store.unfinishedRuns())
      wake()
    },

    async close() {
      clearInterval(tidying)
      shutdown.abort()
      await runs.close()
      await worker.close()
    },
  }
}

function absent(error: unknown): null {
  if (error instanceof MemoryError && error.code === 'not-found') return null
  throw error
}
