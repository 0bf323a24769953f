import { createTransport } from '#lib/llm/transport.ts'
import type { Conversation } from './recall-data.ts'
import { timesOf } from './recall-data.ts'

export type Found = { sessionId: string; turnId: string | undefined }
export type RecallClient = ReturnType<typeof createRecallClient>

const PER_POST = 200

/** Speaks the memory API as a program outside would; knows which turn of a conversation became which message. */
export function createRecallClient(url: string, key: string) {
  const turns = new Map<string, string>()
  // Node's own `fetch` takes up to a millisecond by itself, which is no time of the server's.
  const send = createTransport()

  async function call(path: string, body?: unknown) {
    const response = await send(`${url}/sessions/${path}`, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }

  async function ingest({ turns: said }: Conversation, session: string): Promise<void> {
    const times = timesOf(said)
    const messages = said.map(({ role, speaker, text }, index) => ({
      role,
      content: text,
      name: speaker,
      created_at: times[index],
    }))
    for (let from = 0; from < messages.length; from += PER_POST)
      await call(`${session}/memory`, { messages: messages.slice(from, from + PER_POST) })
    let after: number | null = 0
    for (let n = 0; after !== null; ) {
      const page = (await call(`${session}/messages?limit=1000&after=${after}`)) as {
        messages: { id: string }[]
        next: number | null
      }
      for (const { id } of page.messages) turns.set(id, said[n++]?.id ?? '')
      after = page.next
    }
  }

  /** The answer, best first, and the milliseconds that it took. */
  async function retrieve(session: string, text: string, limit: number, scope: 'session' | 'namespace') {
    const started = performance.now()
    const answer = await call(`${session}/retrieval?include=id,session_id`, { text, limit, scope })
    const ms = performance.now() - started
    const hits = answer as { id: string; session_id: string }[]
    return { ms, found: hits.map(({ id, session_id }) => ({ sessionId: session_id, turnId: turns.get(id) })) }
  }

  return { ingest, retrieve }
}
