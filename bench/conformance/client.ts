export type Message = { role: string; content: string }
export type Answer = { status: number; type: string; text: string; json: unknown }
export type Client = ReturnType<typeof createClient>

/** Speaks to any server of Motörhead's API; `baseUrl` may hold a key in its path. */
export function createClient(baseUrl: string) {
  const base = baseUrl.replace(/\/+$/, '')

  async function ask(
    path: string,
    init: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { method = init.body === undefined ? 'GET' : 'POST', body, headers } = init
    const answer = await fetch(base + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(15_000),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: {
        accept: '*/*',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    })
    const text = await answer.text()
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text, json: parse(text) }
  }

  const memoryPath = (session: string) => `/sessions/${encodeURIComponent(session)}/memory`

  return {
    ask,
    memoryPath,
    save: (session: string, messages: Message[], more: object = {}) =>
      ask(memoryPath(session), { body: { messages, ...more } }),
    async memory(session: string) {
      const { json } = await ask(memoryPath(session))
      const { messages = [], context = null, tokens } = (json ?? {}) as Partial<Memory>
      return { messages, context, tokens }
    },
    remove: (session: string) => ask(memoryPath(session), { method: 'DELETE' }),
  }
}

type Memory = { messages: Message[]; context: string | null; tokens: number }

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Messages that can be told apart wherever they turn up. */
export const numbered = (session: string, count: number, from = 1): Message[] =>
  Array.from({ length: count }, (_, index) => ({
    role: (from + index) % 2 ? 'Human' : 'AI',
    content: `message ${from + index} of ${session}.`,
  }))

/** The numbers of a session's messages in a text. */
export function numbersIn(text: string, session: string): number[] {
  const found = text.matchAll(new RegExp(`message (\\d+) of ${session}\\b`, 'g'))
  return [...found].map(([, number]) => Number(number))
}
