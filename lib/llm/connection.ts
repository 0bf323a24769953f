import { generateText } from 'ai'
import type { ModelTest } from '#lib/chat/types.ts'
import { describeModelError } from './errors.ts'
import type { Models } from './models.ts'

/** A local model may have to be loaded first. */
const TIMEOUT_MS = 30_000

/** The least that every provider takes. */
const MAX_OUTPUT_TOKENS = 16

/** One tiny call, without retries: whether the model answers, or in plain words what is wrong. Never throws. */
export async function testConnection({ chat, status }: Models): Promise<ModelTest> {
  if (!status.connected) {
    return {
      ok: false,
      problem: 'No language model is connected yet. Set one up and start the server again.',
    }
  }
  const startedAt = performance.now()
  try {
    await generateText({
      model: chat,
      prompt: 'Answer with the word: ready',
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      maxRetries: 0,
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return { ok: true, label: status.label, ms: Math.round(performance.now() - startedAt) }
  } catch (error) {
    return { ok: false, problem: describeModelError(error, status) }
  }
}
