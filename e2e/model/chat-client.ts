/** A person in a browser, as far as the server can tell: one cookie, one session, one message after the other. */
export type ChatClient = { say(text: string): Promise<string>; newChat(): void }

/** `baseUrl` may change between calls: a restarted server is the same server to a person. */
export function createChatClient(baseUrl: () => string): ChatClient {
  let cookie = ''
  let session = { id: crypto.randomUUID() as string, after: null as string | null }

  return {
    newChat() {
      session = { id: crypto.randomUUID(), after: null }
    },
    async say(text) {
      const replyId = crypto.randomUUID()
      const response = await fetch(`${baseUrl()}/api/chat`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'sec-fetch-site': 'same-origin',
          origin: baseUrl(),
          ...(cookie && { cookie }),
        },
        body: JSON.stringify({
          kind: 'send',
          sessionId: session.id,
          isNew: session.after === null,
          id: crypto.randomUUID(),
          replyId,
          after: session.after,
          text,
        }),
      })
      const body = await response.text()
      if (!response.ok) throw new Error(`POST /api/chat answered ${response.status}: ${body}`)
      const set = response.headers.getSetCookie().map((line) => line.split(';', 1)[0])
      if (set.length > 0) cookie = set.join('; ')
      session.after = replyId
      return replyOf(body)
    },
  }
}

type Chunk = { type: string; delta?: string; errorText?: string; messageMetadata?: { status?: string } }

function replyOf(events: string): string {
  const chunks = events
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line): Chunk => JSON.parse(line.slice('data: '.length)))
  const end = chunks.findLast(({ type }) => type === 'finish')?.messageMetadata?.status
  if (end !== 'complete') {
    throw new Error(`The reply ended as ${end}: ${chunks.find(({ type }) => type === 'error')?.errorText}`)
  }
  return chunks.map(({ type, delta }) => (type === 'text-delta' ? (delta ?? '') : '')).join('')
}
