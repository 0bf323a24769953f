import type { ChatMessage, ChatRequest, SessionView } from '#lib/chat/types.ts'
import { ApiFailure, type ByteStream } from './api.ts'
import type { PageSignals } from './page-signals.ts'
import type { SessionApi } from './session-deps.ts'
import { createSessionStore } from './session-store.ts'
import type { TabChannel, TabMessage } from './tab-channel.ts'

/** A stream that a test writes to, chunk by chunk, breaks and ends. */
export function createFakeStream(from = 0) {
  const encoder = new TextEncoder()
  let controller!: ReadableStreamDefaultController<Uint8Array>
  let next = from
  const stream: ByteStream = new ReadableStream({
    start(given) {
      controller = given
    },
  })
  const write = (chunk: object) =>
    controller.enqueue(encoder.encode(`id: ${next++}\ndata: ${JSON.stringify(chunk)}\n\n`))
  return {
    stream,
    start: (runId: string) => write({ type: 'start', messageId: 'any', messageMetadata: { runId } }),
    text: (delta: string) => write({ type: 'text-delta', id: 'text', delta }),
    finish(status = 'complete') {
      write({ type: 'finish', messageMetadata: { status } })
      controller.enqueue(encoder.encode('data: [DONE]\n\n'))
      controller.close()
    },
    break: () => controller.error(new TypeError('network error')),
  }
}

export type FakeStream = ReturnType<typeof createFakeStream>

/** A server of one session: a test scripts its answers and reads what it was asked. */
export function createFakeServer() {
  const posted: ChatRequest[] = []
  const stopped: string[] = []
  const resumed: { runId: string; from: number }[] = []
  let view: SessionView | null = null
  const nextPost: (() => Promise<ByteStream>)[] = []
  const nextStream: (ByteStream | null)[] = []
  const api: { -readonly [name in keyof SessionApi]: SessionApi[name] } = {
    async getSession() {
      if (!view) throw new ApiFailure(404, 'not-found', 'There is no such chat.')
      return structuredClone(view)
    },
    async postChat(turn) {
      posted.push(turn)
      const answer = nextPost.shift()
      if (!answer) throw new Error('No answer to a POST is scripted.')
      const stream = await answer()
      const path = view?.messages ?? []
      if (turn.kind === 'send') {
        const question = fakeMessage(turn.id, path.at(-1)?.id ?? null, { role: 'user', text: turn.text })
        const reply = fakeMessage(turn.replyId, turn.id, { text: '', status: 'streaming' })
        const run = { id: 'run1', messageId: turn.replyId, next: 1 }
        view = fakeView([...path, question, reply], { runs: [run] })
      }
      return stream
    },
    async getStream(_, runId, from) {
      resumed.push({ runId, from })
      return nextStream.shift() ?? null
    },
    async stopRun(_, runId) {
      stopped.push(runId)
    },
    async showVersion() {
      return api.getSession('')
    },
  }
  return {
    api,
    posted,
    stopped,
    resumed,
    set view(fresh: SessionView | null) {
      view = fresh
    },
    /** The next POSTs are answered so, in order. */
    answerPost: (...answers: (() => Promise<ByteStream>)[]) => void nextPost.push(...answers),
    answerStream: (...streams: (ByteStream | null)[]) => void nextStream.push(...streams),
    /** The last reply is saved so, and its run is over. */
    endReply(text: string, status: ChatMessage['status'] = 'complete') {
      if (!view) return
      const messages = view.messages.with(-1, { ...(view.messages.at(-1) as ChatMessage), text, status })
      view = { ...view, messages, runs: [] }
    },
  }
}

export function createFakePage(): PageSignals & { comeBack(): void } {
  const listeners = new Set<() => void>()
  return {
    isVisible: () => true,
    onReturn(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    comeBack() {
      for (const listener of [...listeners]) listener()
    },
  }
}

export function createFakeChannel(): TabChannel & { posted: TabMessage[]; hear(message: TabMessage): void } {
  const listeners = new Set<(message: TabMessage) => void>()
  const posted: TabMessage[] = []
  return {
    posted,
    post: (message) => void posted.push(message),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    hear(message) {
      for (const listener of listeners) listener(message)
    },
  }
}

/** A page with a session open, and what it is told and asked. */
export function openSession(view: SessionView, ...streams: FakeStream[]) {
  const server = createFakeServer()
  server.answerStream(...streams.map(({ stream }) => stream))
  server.view = view
  const page = createFakePage()
  const channel = createFakeChannel()
  const store = createSessionStore({ sessionId: 's', view }, { api: server.api, page, channel })
  const disconnect = store.connect()
  const ids = () => store.getState().messages.map(({ id }) => id)
  const last = () => store.getState().messages.at(-1)
  return { server, page, channel, store, disconnect, ids, last }
}

export const fakeMessage = (
  id: string,
  parentId: string | null,
  change: Partial<ChatMessage> = {},
): ChatMessage => ({
  id,
  parentId,
  role: id.startsWith('q') ? 'user' : 'assistant',
  text: `text ${id}`,
  status: 'complete',
  error: null,
  versions: [id],
  createdAt: 1,
  ...change,
})

export const fakeView = (messages: ChatMessage[], change: Partial<SessionView> = {}): SessionView => ({
  session: {
    id: 's',
    title: 'A chat',
    pinned: false,
    temporary: false,
    createdAt: 1,
    updatedAt: 1,
    running: false,
  },
  messages,
  earlier: null,
  later: null,
  runs: [],
  ...change,
})
