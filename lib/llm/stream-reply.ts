import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageModel } from 'ai'

/** The AI SDK's interface for a language model, by the name under which `ai` itself gives it out. */
export type ReplyModel = Extract<LanguageModel, { specificationVersion: 'v4' }>

/** One part of a model's answer, as its provider gives it. */
export type ReplyPart =
  Awaited<ReturnType<ReplyModel['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never

type Turn = { role: 'user' | 'assistant'; content: string }

/** A provider that is busy may answer a moment later: asked so many times in all, after 2 and 4 seconds or when it says. */
const ATTEMPTS = 3
const FIRST_PAUSE_MS = 2000
const LONGEST_PAUSE_MS = 60_000

/**
 * Asks a model, and gives the parts of its answer as they come. The model itself and not `streamText`, which is made for tools and
 * steps: its streams through streams are a millisecond of work between a model's first word and the person. Ends at the
 * abort with its reason, even when the model ignores the signal.
 */
export async function* streamReply(
  model: ReplyModel,
  { instructions, messages }: { instructions: string; messages: readonly Turn[] },
  abortSignal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  abortSignal.throwIfAborted()
  const aborted = rejectedAtAbort(abortSignal)
  const prompt = [
    { role: 'system' as const, content: instructions },
    ...messages.map(({ role, content }) => ({ role, content: [{ type: 'text' as const, text: content }] })),
  ]
  const asked = patiently(async () => model.doStream({ prompt, abortSignal }), abortSignal)
  const { stream } = await Promise.race([asked, aborted])
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted])
      if (done) return
      yield value
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === ATTEMPTS || signal.aborted || !isPassing(error)) throw error
      await sleep(pauseMs(error, attempt), undefined, { signal })
    }
  }
}

/** What the errors of providers say of themselves. */
type PassingError = { isRetryable: true; responseHeaders?: Record<string, string> }

const isPassing = (error: unknown): error is PassingError =>
  error instanceof Error && 'isRetryable' in error && error.isRetryable === true

function pauseMs({ responseHeaders }: PassingError, attempt: number): number {
  const asked = Number(responseHeaders?.['retry-after'] ?? Number.NaN) * 1000
  return asked >= 0 && asked <= LONGEST_PAUSE_MS ? asked : FIRST_PAUSE_MS * 2 ** (attempt - 1)
}

function rejectedAtAbort(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  aborted.catch(() => {})
  return aborted
}
