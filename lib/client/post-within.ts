import type { ChatRequest } from '#lib/chat/types.ts'
import { ApiFailure, type ByteStream } from './api.ts'

/** The server answers a turn before the model does: one that takes longer than this does not answer at all. */
const ANSWER_LIMIT_MS = 30_000

/** Posts a turn; rejects with `ApiFailure` when no answer comes in time. The stream that comes has no such limit. */
export async function postWithin(
  post: (turn: ChatRequest, signal: AbortSignal) => Promise<ByteStream>,
  turn: ChatRequest,
  limitMs = ANSWER_LIMIT_MS,
): Promise<ByteStream> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), limitMs)
  try {
    return await post(turn, controller.signal)
  } catch (cause) {
    if (!controller.signal.aborted) throw cause
    throw new ApiFailure(0, 'offline', 'The server did not answer in time. Try again.', { cause })
  } finally {
    clearTimeout(timer)
  }
}
