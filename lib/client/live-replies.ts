import type { ActiveRun, SessionView } from '#lib/chat/types.ts'
import { type ByteStream, isAbsent } from './api.ts'
import { followReply } from './follow-reply.ts'
import { type PageSignals, waitToRetry } from './page-signals.ts'
import { type Reply, replyFrom, withReply } from './reply-reducer.ts'
import { changeMessage, type Thread } from './thread.ts'

export type LiveRepliesDeps = {
  getStream(runId: string, from: number, signal: AbortSignal): Promise<ByteStream | null>
  stopRun(runId: string): Promise<void>
  page: PageSignals
  /** A reply has gone on, or the connection has changed. */
  onChange(): void
  /** No more will come of this reply; `stopped` when it was stopped here. */
  onEnd(messageId: string, end: { stopped: boolean; reply: Reply }): void
  /** The stop did not reach the server: the reply goes on. */
  onStopFailed(error: unknown): void
}

/** The replies of a session that are being written, by the id of their message, oldest first. */
export type LiveReplies = {
  has(messageId: string): boolean
  /** The oldest one that is not stopped and that is shown. */
  first(isShown: (messageId: string) => boolean): ActiveRun | null
  readonly reconnecting: boolean
  /** A reply that is about to be asked for: it can be stopped already. */
  expect(messageId: string, text: string): void
  /** Reads a reply that is expected from the answer to its POST, when it is still wanted. */
  read(messageId: string, stream: ByteStream): void
  /**
   * Reads the runs that a view tells of, each from its `next` on. A run on a branch that is not shown is left alone: its
   * text would be lost on a thread that has no place for it. True when one of them was not read before.
   */
  follow(view: Pick<SessionView, 'runs' | 'messages'>): boolean
  /** Freezes the text at once; the server hears of it as soon as the run has an id. */
  stop(messageId: string): void
  /** Forgets a reply: it was refused, or the server says that it has ended. */
  drop(messageId: string): void
  /** Resolves when the reply has ended on the server too, before which it can be written neither anew nor further. */
  ended(messageId: string): Promise<void>
  /** The thread with what has come. */
  applyTo(thread: Thread): Thread
  /** Stops reading; the server writes on. */
  close(): void
}

type Live = {
  reply: Reply
  stopped: boolean
  stopSent: boolean
  reconnecting: boolean
  controller: AbortController
  ended: PromiseWithResolvers<void>
}

/** A stream that could not tell the rest is not asked again at once, lest it be asked without end. */
const LOST_PAUSE_MS = 300

/** A stop takes effect within a second; what must wait for it does not wait for ever. */
const END_LIMIT_MS = 5_000

export function createLiveReplies(deps: LiveRepliesDeps): LiveReplies {
  const { page, onChange, onEnd } = deps
  const lives = new Map<string, Live>()
  /** Stopped before the run had an id, and the stream that would tell it was lost. */
  const stopLater = new Set<string>()

  function add(messageId: string, reply: Reply): Live {
    drop(messageId)
    const controller = new AbortController()
    const ended = Promise.withResolvers<void>()
    const live = { reply, stopped: false, stopSent: false, reconnecting: false, controller, ended }
    lives.set(messageId, live)
    return live
  }

  function drop(messageId: string): void {
    const live = lives.get(messageId)
    if (!live) return
    lives.delete(messageId)
    live.controller.abort()
    live.ended.resolve()
  }

  async function readToEnd(messageId: string, live: Live, stream?: ByteStream): Promise<void> {
    const { signal } = live.controller
    const outcome = await followReply({
      reply: live.reply,
      ...(stream && { stream }),
      open: ({ runId, next }) => deps.getStream(runId ?? '', next, signal),
      onProgress(reply) {
        live.reply = reply
        if (live.stopped) void sendStop(live)
        else onChange()
      },
      onReconnecting(reconnecting) {
        if (live.reconnecting === reconnecting) return
        live.reconnecting = reconnecting
        onChange()
      },
      page,
      signal,
    })
    if (outcome === 'lost') await waitToRetry(LOST_PAUSE_MS, page, signal)
    if (lives.get(messageId) !== live) return
    drop(messageId)
    if (live.stopped && !live.stopSent && !live.reply.finished) stopLater.add(messageId)
    onEnd(messageId, live)
  }

  async function sendStop(live: Live): Promise<void> {
    const { runId, finished } = live.reply
    if (live.stopSent || runId === null || finished) return
    live.stopSent = true
    try {
      await deps.stopRun(runId)
    } catch (error) {
      // The run has ended before the stop came.
      if (isAbsent(error) || live.reply.finished) return
      live.stopped = false
      live.stopSent = false
      deps.onStopFailed(error)
    }
  }

  return {
    has: (messageId) => lives.has(messageId),
    first(isShown) {
      for (const [messageId, { reply, stopped }] of lives) {
        if (!stopped && isShown(messageId)) return { id: reply.runId ?? '', messageId, next: reply.next }
      }
      return null
    },
    get reconnecting() {
      return [...lives.values()].some((live) => live.reconnecting && !live.stopped)
    },
    expect: (messageId, text) => void add(messageId, replyFrom({ text }, null)),
    read(messageId, stream) {
      const live = lives.get(messageId)
      if (live) void readToEnd(messageId, live, stream)
      else stream.cancel().catch(() => {})
    },
    follow({ runs, messages }) {
      let begins = false
      for (const run of runs) {
        const message = messages.find(({ id }) => id === run.messageId)
        if (!message || lives.has(run.messageId)) continue
        const live = add(run.messageId, replyFrom({ text: message.text }, run))
        live.stopped = stopLater.delete(run.messageId)
        if (live.stopped) void sendStop(live)
        else begins = true
        void readToEnd(run.messageId, live)
      }
      return begins
    },
    stop(messageId) {
      const live = lives.get(messageId)
      if (!live) return
      live.stopped = true
      void sendStop(live)
    },
    drop,
    async ended(messageId) {
      const live = lives.get(messageId)
      if (!live) return
      const limit = new Promise<void>((resolve) => setTimeout(resolve, END_LIMIT_MS))
      await Promise.race([live.ended.promise, limit])
    },
    applyTo: (thread) => [...lives].reduce(withLive, thread),
    close() {
      for (const messageId of [...lives.keys()]) drop(messageId)
    },
  }
}

function withLive(thread: Thread, [messageId, live]: [string, Live]): Thread {
  const message = thread.findLast((each) => each.id === messageId)
  if (!message) return thread
  if (live.stopped) {
    if (message.status === 'stopped') return thread
    return changeMessage(thread, messageId, { status: 'stopped', thinking: false, waiting: false })
  }
  const changed = withReply(message, live.reply)
  return changed === message ? thread : changeMessage(thread, messageId, changed)
}
