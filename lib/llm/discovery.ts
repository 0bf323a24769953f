/** A list of models is small; more is no list. */
const MAX_LIST_BYTES = 1_000_000

/** Not for chatting, although servers list them beside the others. */
const NO_CHAT_MODEL = /embed|bge-|minilm|rerank|whisper|tts|moderation|dall-e|image/iu

/**
 * Asks a server for its models: the parsed answer, or `null` when it is not there, late or answers nonsense. The answer is
 * kept for `againMs`; callers at the same time share one request. Never throws.
 */
export function createProbe(options: {
  url: string
  headers: HeadersInit
  timeoutMs: number
  againMs: number
  fetch: typeof fetch
  now: () => number
}): () => Promise<unknown> {
  let last: { at: number; answer: Promise<unknown> } | null = null
  return () => {
    if (last === null || options.now() - last.at >= options.againMs) {
      last = { at: options.now(), answer: ask(options).catch(() => null) }
    }
    return last.answer
  }
}

/** The first model to chat with in the answer of `/v1/models` or Ollama's `/api/tags`. */
export function firstChatModel(answer: unknown): string | null {
  const names = listOf(answer).flatMap(nameOf)
  return names.find((name) => !NO_CHAT_MODEL.test(name)) ?? null
}

/** Whether a URL names this machine, by address or by name. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u.test(new URL(url).hostname)
}

async function ask({ url, headers, timeoutMs, fetch }: Parameters<typeof createProbe>[0]): Promise<unknown> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok || Number(response.headers.get('content-length')) > MAX_LIST_BYTES) {
    await response.body?.cancel()
    return null
  }
  return response.json()
}

function listOf(answer: unknown): unknown[] {
  if (typeof answer !== 'object' || answer === null) return []
  if ('data' in answer && Array.isArray(answer.data)) return answer.data
  if ('models' in answer && Array.isArray(answer.models)) return answer.models
  return []
}

function nameOf(entry: unknown): string[] {
  if (typeof entry !== 'object' || entry === null) return []
  const name = 'id' in entry ? entry.id : 'name' in entry ? entry.name : null
  return typeof name === 'string' && name !== '' ? [name] : []
}
