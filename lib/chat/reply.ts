import { describeModelError } from '#lib/llm/errors.ts'
import type { Models } from '#lib/llm/models.ts'
import { isOffline } from '#lib/llm/offline.ts'
import { streamReply } from '#lib/llm/stream-reply.ts'
import { reportedTokens, tokensOf } from '#lib/llm/usage.ts'
import type { Memory } from '#lib/memory/memory.ts'
import type { Receipt, Run, Store } from '#lib/memory/store/store.ts'
import type { Tokens } from '#lib/memory/store/usage-store.ts'
import type { ReplyChunk } from './live-run.ts'
import { buildPrompt, formatPrompt } from './prompt.ts'
import { noteReceipt } from './receipt.ts'

/** A model that says nothing for so long has stalled; a local one may take a minute to load. */
const STALL_MS = 90_000

/** No reply takes longer, whatever the model does. */
const REPLY_MS = 10 * 60_000

/** A reply longer than this is a model that does not end. About 100,000 tokens. */
const MAX_REPLY_CHARS = 400_000

/** Why a run's signal was aborted. */
export type AbortReason = 'stop' | 'shutdown'

export type ReplyEnd = {
  status: 'complete' | 'stopped' | 'failed' | 'interrupted'
  /** The whole text of the reply, what it had before included. */
  content: string
  error: string | null
  receipt: Receipt | null
  /** What it took of a model; `null` when none was asked. */
  usage: Tokens | null
}

/** Everything between a question and the end of its reply: recall, prompt, model, text. The model is asked once the question is `durable`. */
export type WriteReply = (
  run: Run,
  emit: (chunk: ReplyChunk) => void,
  signal: AbortSignal,
  durable: Promise<void>,
) => Promise<ReplyEnd>

export function createReplyWriter(deps: {
  store: Store
  memory: Memory
  models: { current(choice?: string | null): Promise<Models> }
  /** Given each prompt as text just before it goes out. */
  onPrompt?: (text: string) => void
  onError: (error: unknown, run: Run) => void
}): WriteReply {
  const { store, memory, models, onPrompt, onError } = deps

  return async function writeReply(run, emit, signal, durable) {
    const startedAt = performance.now()
    const partial =
      run.mode === 'continue' ? ((await store.getMessage(run.ref, run.messageId))?.content ?? '') : ''
    const [session, settings] = await Promise.all([
      store.getSession(run.ref),
      // In a session of a person's program, it is the person who asks here.
      store.ownerOf(run.ref.namespace).then(store.getSettings),
    ])
    const [recall, { chat: model, status }] = await Promise.all([
      memory.recall(run.ref, run.promptId, {
        memory: settings.memory && !session?.temporary,
        acrossSessions: settings.acrossSessions,
      }),
      models.current(settings.model),
    ])
    const fence = crypto.randomUUID().replaceAll('-', '').slice(0, 16)
    const { customInstructions } = settings
    const prompt = buildPrompt({ recall, fence, customInstructions, ...(partial && { partial }) })
    await durable
    onPrompt?.(formatPrompt(prompt))

    const notes = noteReceipt({
      ...{ recall, prompt, fence, customInstructions, partial, startedAt },
      model: status.label,
    })
    const text = createTextPart(emit)
    let reported: Partial<Tokens> | undefined
    const end = (status: ReplyEnd['status'], error: string | null = null): ReplyEnd => {
      text.close()
      if (error) emit({ type: 'error', errorText: error })
      if (status === 'stopped' || status === 'interrupted') emit({ type: 'abort' })
      const usage = isOffline(model)
        ? null
        : tokensOf(reported, { prompt: formatPrompt(prompt), answer: text.written() })
      return { status, content: partial + text.written(), error, receipt: notes.receipt(), usage }
    }

    // One signal for all that ends it; `AbortSignal.any` takes a tenth of a millisecond before the model is asked.
    const ending = new AbortController()
    const abort = () => ending.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    const giveUp = (message: string) => ending.abort(new DOMException(message, 'TimeoutError'))
    const total = setTimeout(giveUp, REPLY_MS, 'The reply took too long.')
    let stall = setTimeout(giveUp, STALL_MS, 'The model stalled.')
    try {
      let failure: unknown
      for await (const part of streamReply(model, prompt, ending.signal)) {
        clearTimeout(stall)
        stall = setTimeout(giveUp, STALL_MS, 'The model stalled.')
        if (part.type === 'text-start') text.open()
        else if (part.type === 'text-delta') {
          notes.begun()
          text.write(part.delta)
        } else if (part.type === 'finish') {
          reported = reportedTokens(part.usage)
          notes.counted(part.usage)
        } else if (part.type === 'reasoning-start') emit({ type: 'reasoning-start', id: part.id })
        else if (part.type === 'reasoning-end') emit({ type: 'reasoning-end', id: part.id })
        else if (part.type === 'error') failure ??= part.error
        if (text.written().length > MAX_REPLY_CHARS) {
          giveUp('The reply grew too long.')
          return end('failed', 'The model did not come to an end, so the reply was cut off here.')
        }
      }
      ending.signal.throwIfAborted()
      if (failure !== undefined) throw failure
      if (text.written() === '') return end('failed', 'The model gave an empty answer. Try again.')
      return end('complete')
    } catch (error) {
      if (signal.aborted) return end((signal.reason as AbortReason) === 'stop' ? 'stopped' : 'interrupted')
      onError(error, run)
      return end('failed', describeModelError(ending.signal.aborted ? ending.signal.reason : error, status))
    } finally {
      clearTimeout(total)
      clearTimeout(stall)
      signal.removeEventListener('abort', abort)
    }
  }
}

/** One text for the reader, however many parts the model makes of it; parts are told apart by an empty line. */
function createTextPart(emit: (chunk: ReplyChunk) => void) {
  const id = 'text'
  let state: 'unopened' | 'open' | 'closed' = 'unopened'
  let content = ''
  function write(delta: string): void {
    if (delta === '' || state === 'closed') return
    if (state === 'unopened') emit({ type: 'text-start', id })
    state = 'open'
    content += delta
    emit({ type: 'text-delta', id, delta })
  }
  return {
    open: () => content !== '' && write('\n\n'),
    write,
    close() {
      if (state === 'open') emit({ type: 'text-end', id })
      state = 'closed'
    },
    written: () => content,
  }
}
