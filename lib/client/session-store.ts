import type { ChatRequest, SessionView } from '#lib/chat/types.ts'
import { createLaterLooks } from './later-looks.ts'
import { createListeners } from './listeners.ts'
import { createLiveReplies } from './live-replies.ts'
import { hasPagesAbove, mergeView } from './merge-view.ts'
import { postWithin } from './post-within.ts'
import { type Reply, withReply } from './reply-reducer.ts'
import { announceEnd, sentenceOf, WRITING } from './sentences.ts'
import { AT_REST, inBrowser, type SessionStart, type SessionStoreDeps } from './session-deps.ts'
import { createPaging } from './session-paging.ts'
import type { SessionState, SessionStore, ThreadMessage } from './session-state.ts'
import {
  beginTurn,
  changeMessage,
  endOf,
  failTurn,
  isWritten,
  newIds,
  replyIdOf,
  type Thread,
  withoutMessage,
  withUnsent,
} from './thread.ts'
import { createThrottle, SHOW_EVERY_MS } from './throttle.ts'
import { createViewLoader } from './view-loader.ts'
import { createWrittenTurns } from './written-turns.ts'

/** The state of one open session and what can be done to it; `view: null` when nothing was ever sent. */
export function createSessionStore(
  { sessionId, view, temporary = false }: SessionStart,
  deps: Partial<SessionStoreDeps> = {},
): SessionStore {
  const { api, channel, page, now, onCreated, onActivity, onForgotten } = { ...inBrowser, ...deps }
  const listeners = createListeners()
  const writing = createWrittenTurns(sessionId, temporary)
  let thread: Thread = view ? mergeView([], view, () => false) : []
  let earlier = view?.earlier ?? null
  let item = view?.session ?? null
  let exists = view !== null
  let connected = false
  let firstView = view
  let posts: Promise<void> = Promise.resolve()
  let rest = AT_REST
  let loadFails = false

  const live = createLiveReplies({
    getStream: (runId, from, signal) => api.getStream(sessionId, runId, from, signal),
    stopRun: (runId) => api.stopRun(sessionId, runId),
    page,
    onChange: () => shown.request(),
    onEnd: endReply,
    onStopFailed: (error) =>
      publish({ announcement: '', notice: `The reply could not be stopped. ${sentenceOf(error)}` }),
  })
  const shown = createThrottle(() => publish(), SHOW_EVERY_MS)
  const loader = createViewLoader({
    load: () => api.getSession(sessionId),
    apply: applyView,
    onAbsent() {
      live.close()
      publish({ gone: true })
    },
    onTrouble(trouble) {
      loadFails = trouble
      publish()
    },
    page,
  })
  const looks = createLaterLooks(loader.refresh)
  const tellOthers = () => channel.post({ type: 'session-changed', sessionId })
  const paging = createPaging({
    load: (place) => api.getSession(sessionId, place),
    loadVersion: (messageId) => api.showVersion(sessionId, messageId),
    end: () => ({ messages: thread, earlier }),
    setEnd(end) {
      thread = withUnsent(end.messages, thread)
      earlier = end.earlier
    },
    told: () => rest,
    applyView,
    hold: loader.hold,
    publish,
    tellOthers,
  })
  let state = toState()

  function toState(): SessionState {
    thread = live.applyTo(thread)
    const part = paging.shown()
    return {
      ...rest,
      sessionId,
      messages: part.messages,
      isEmpty: thread.length === 0 && earlier === null,
      hasEarlier: part.earlier !== null,
      hasLater: part.isAway,
      run: live.first((id) => thread.some((message) => message.id === id)),
      reconnecting: live.reconnecting || (loadFails && thread.some(({ status }) => status === 'streaming')),
    }
  }

  function publish(change: Partial<typeof rest> = {}): void {
    rest = { ...rest, ...change }
    state = toState()
    listeners.tell()
  }

  const find = (id: string): ThreadMessage | undefined => thread.find((message) => message.id === id)

  function applyView(fresh: SessionView): void {
    const running = new Set(fresh.runs.map((run) => run.messageId))
    let announcement = rest.announcement
    for (const message of fresh.messages) {
      writing.end(message.id)
      if (!live.has(message.id) || running.has(message.id)) continue
      live.drop(message.id)
      announcement = announceEnd(message.status)
    }
    if (!hasPagesAbove(thread, fresh)) earlier = fresh.earlier
    thread = mergeView(thread, fresh, live.has)
    if (connected && live.follow(fresh)) announcement = WRITING
    if (JSON.stringify(item) !== JSON.stringify(fresh.session)) onActivity(fresh.session)
    item = fresh.session
    if (connected && fresh.summarising) looks.forSummary()
    publish({ announcement, gone: false })
  }

  function takeOut(messageId: string): void {
    thread = withoutMessage(thread, messageId)
    paging.takeOut(messageId)
    live.drop(messageId)
    publish()
    onForgotten()
  }

  function endReply(messageId: string, { stopped, reply }: { stopped: boolean; reply: Reply }): void {
    const message = find(messageId)
    if (message && !stopped) thread = changeMessage(thread, messageId, withReply(message, reply))
    publish(stopped ? {} : { announcement: announceEnd(reply.status) })
    tellOthers()
    loader.refresh()
    if (connected && earlier === null && thread.length <= 2) looks.forTitle()
  }

  /** Turns are posted one after the other, in the order in which they were asked for. */
  async function post(turn: ChatRequest): Promise<void> {
    const before = thread
    const replyId = replyIdOf(turn)
    const release = loader.hold()
    if (isWritten(turn)) writing.begin(turn)
    thread = beginTurn(thread, turn, now())
    live.expect(replyId, find(replyId)?.text ?? '')
    publish({ announcement: WRITING, notice: null })
    const posted = posts.then(() => deliver(turn, before))
    posts = posted
    await posted
    release()
  }

  async function deliver(turn: ChatRequest, before: Thread): Promise<void> {
    try {
      const stream = await postWithin(api.postChat, turn)
      // Who has left meanwhile finds the reply when they come back.
      if (!connected) live.drop(replyIdOf(turn))
      live.read(replyIdOf(turn), stream)
    } catch (error) {
      return refuse(turn, before, error)
    }
    const isFirst = !exists
    exists = true
    if (isWritten(turn)) {
      writing.end(turn.id)
      thread = changeMessage(thread, turn.id, { send: null })
    }
    publish()
    if (isFirst) writing.setFounded()
    if (isFirst && connected) onCreated(sessionId)
    onActivity(null)
    tellOthers()
  }

  function refuse(turn: ChatRequest, before: Thread, error: unknown): void {
    live.drop(replyIdOf(turn))
    if (isWritten(turn)) {
      writing.fail(turn)
      thread = failTurn(thread, turn, sentenceOf(error), now())
      publish({ announcement: '' })
    } else {
      thread = before
      publish({ announcement: '', notice: sentenceOf(error) })
    }
    // The turn may have arrived and only its answer been lost, or another tab been faster.
    if (exists) loader.refresh()
  }

  /** All that has come is shown before the text is frozen; false when no reply is being written. */
  function stop(): boolean {
    publish()
    if (!state.run) return false
    live.stop(state.run.messageId)
    publish({ announcement: 'Reply stopped.' })
    return true
  }

  const stopAll = (): void => void (stop() && stopAll())

  return {
    getState: () => state,
    subscribe: listeners.subscribe,

    async send(text) {
      if (text.trim() === '') return
      paging.ways.showEnd()
      const turn = { kind: 'send', sessionId, isNew: !exists, ...(temporary && { temporary }) } as const
      await post({ ...turn, ...newIds(), after: endOf(thread), text })
    },

    retry(messageId) {
      const turn = writing.failed(messageId)
      if (turn) void post(turn)
    },

    discard(messageId) {
      const message = find(messageId)
      if (message?.send?.state !== 'failed') return ''
      writing.end(messageId)
      thread = thread.filter((each) => each !== message)
      publish()
      // What a failed edit stood in place of is shown again.
      if (exists) loader.refresh()
      return message.text
    },

    edit(messageId, text) {
      paging.standAt(messageId)
      const message = find(messageId)
      if (text.trim() === '' || message?.role !== 'user' || message.send) return
      stopAll()
      void post({ kind: 'edit', sessionId, ...newIds(), messageId, text })
    },

    regenerate(messageId) {
      paging.standAt(messageId)
      if (find(messageId)?.role !== 'assistant') return
      stopAll()
      const turn = { kind: 'regenerate', sessionId, replyId: crypto.randomUUID(), messageId } as const
      void live.ended(messageId).then(() => post(turn))
    },

    goOn(messageId) {
      paging.standAt(messageId)
      if (find(messageId)?.role !== 'assistant') return
      void live.ended(messageId).then(() => post({ kind: 'continue', sessionId, messageId }))
    },

    stop,

    ...paging.ways,
    hold: loader.hold,

    forgotten(messageId) {
      takeOut(messageId)
      channel.post({ type: 'session-changed', sessionId, forgotten: messageId })
      loader.refresh()
    },

    memoryChanged() {
      tellOthers()
      loader.refresh()
    },

    listed: (updatedAt) => item && updatedAt > item.updatedAt && loader.refresh(),
    dismissNotice: () => publish({ notice: null }),

    connect() {
      connected = true
      thread = writing.restore(thread, now())
      // The page may come from a cache, or be older than what another tab did.
      if (exists) loader.refresh()
      publish(firstView && live.follow(firstView) ? { announcement: WRITING } : {})
      firstView = null
      const leave = [
        page.onReturn(() => exists && loader.refresh()),
        channel.subscribe((message) => {
          if (message.type !== 'session-changed' || message.sessionId !== sessionId || !exists) return
          if (message.forgotten !== undefined) takeOut(message.forgotten)
          loader.refresh()
        }),
      ]
      return () => {
        connected = false
        for (const end of leave) end()
        looks.stop()
        loader.stop()
        live.close()
        loadFails = false
      }
    },
  }
}
