import { setTimeout as wait } from 'node:timers/promises'
import type { LanguageModel } from 'ai'
import { CONTINUE } from './continue.ts'
import { readNotes } from './notes.ts'
import { offlineAnswer } from './offline-answer.ts'
import type { ReplyModel, ReplyPart } from './stream-reply.ts'

type CallOptions = Parameters<ReplyModel['doStream']>[0]
type Usage = Awaited<ReturnType<ReplyModel['doGenerate']>>['usage']

const PROVIDER = 'motorhead-chat.offline'
const WORDS_PER_CHUNK = 3

/** Nothing is counted: there is no model, and nothing to pay. */
const USAGE: Usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
}
const STOP = { unified: 'stop', raw: undefined } as const

/**
 * What answers when no language model is connected: quotes from the memory that the prompt holds, in the stream of an
 * ordinary model. `pauseMs` between chunks keeps it readable as it appears.
 */
export function createOfflineModel(options: { pauseMs?: number } = {}): ReplyModel {
  const pauseMs = options.pauseMs ?? 15
  return {
    specificationVersion: 'v4',
    provider: PROVIDER,
    modelId: 'offline',
    supportedUrls: {},
    async doGenerate({ prompt, abortSignal }) {
      abortSignal?.throwIfAborted()
      return {
        content: [{ type: 'text', text: answerTo(prompt) }],
        finishReason: STOP,
        usage: USAGE,
        warnings: [],
      }
    },
    async doStream({ prompt, abortSignal }) {
      abortSignal?.throwIfAborted()
      return { stream: streamOf(partsOf(answerTo(prompt), pauseMs, abortSignal)) }
    },
  }
}

/** True for the model made here: it must not be asked for summaries and titles. */
export function isOffline(model: LanguageModel): boolean {
  return typeof model === 'object' && model.provider === PROVIDER
}

function streamOf(parts: AsyncGenerator<ReplyPart>): ReadableStream<ReplyPart> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await parts.return(undefined)
    },
  })
}

async function* partsOf(
  text: string,
  pauseMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReplyPart> {
  const id = 'text'
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'text-start', id }
  for (const delta of chunksOf(text)) {
    await wait(pauseMs, undefined, { signal })
    yield { type: 'text-delta', id, delta }
  }
  yield { type: 'text-end', id }
  yield { type: 'finish', finishReason: STOP, usage: USAGE }
}

function chunksOf(text: string): string[] {
  return text.match(new RegExp(`(?:\\S+\\s*){1,${WORDS_PER_CHUNK}}`, 'gu')) ?? []
}

function answerTo(prompt: CallOptions['prompt']): string {
  const turns = prompt.flatMap((message) =>
    message.role === 'user' || message.role === 'assistant'
      ? [
          {
            role: message.role,
            text: message.content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
          },
        ]
      : [],
  )
  const asked = turns.findLastIndex(({ role }) => role === 'user')
  const last = turns[asked]
  if (last === undefined) return offlineAnswer({ question: '', notes: [], turns: [] })
  return goOn(turns, asked) ?? answerTurn(turns, asked)
}

type Turn = { role: 'user' | 'assistant'; text: string }

function answerTurn(turns: readonly Turn[], asked: number): string {
  const read = turns
    .slice(0, asked + 1)
    .map(({ role, text }) => ({ role, ...(role === 'user' ? readNotes(text) : { notes: [], text }) }))
  return offlineAnswer({
    question: read.at(-1)?.text ?? '',
    notes: read.flatMap(({ notes }) => notes),
    turns: read.slice(0, -1).map(({ role, text }) => ({ role, text })),
  })
}

/** The request to continue comes right after the unfinished reply, which in turn follows what it answers. */
function goOn(turns: readonly Turn[], asked: number): string | null {
  const partial = turns[asked - 1]
  if (turns[asked]?.text !== CONTINUE || partial?.role !== 'assistant') return null
  const whole = answerTurn(turns, asked - 2)
  return whole.startsWith(partial.text) ? whole.slice(partial.text.length) : `\n\n${whole}`
}
