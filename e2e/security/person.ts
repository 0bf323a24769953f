/** Somebody with a browser of their own, as far as the server can tell. */
export type Person = {
  cookie(): string
  request(path: string, init?: PersonRequest): Promise<Response>
  /** Sends a first message, waits for the reply, and makes a key for programs. */
  begin(text: string): Promise<Begun>
}

type PersonRequest = { method?: string; body?: unknown; headers?: Record<string, string> }
export type Begun = { sessionId: string; messageId: string; replyId: string; runId: string; keyId: string }

export function createPerson(origin: string): Person {
  let cookie = ''

  const request: Person['request'] = async (path, { method = 'GET', body, headers = {} } = {}) => {
    const answer = await fetch(origin + path, {
      method,
      redirect: 'manual',
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      headers: {
        // Who reads no HTML is told at `/` whether the server is up, as by Motörhead.
        accept: 'text/html,application/json,*/*',
        ...(method !== 'GET' && { origin }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(cookie && { cookie }),
        ...headers,
      },
    })
    const [set] = answer.headers.getSetCookie()
    if (set) cookie = set.split(';', 1)[0] ?? ''
    return answer
  }

  return {
    cookie: () => cookie,
    request,
    async begin(text) {
      const body = firstMessage(text)
      const answer = await request('/api/chat', { method: 'POST', body })
      if (!answer.ok) throw new Error(`POST /api/chat answered ${answer.status}: ${await answer.text()}`)
      await answer.text()
      const runId = answer.headers.get('x-run-id') ?? ''
      const made = await request('/api/keys', { method: 'POST', body: { name: text.slice(0, 60) } })
      if (!made.ok) throw new Error(`POST /api/keys answered ${made.status}: ${await made.text()}`)
      const keyId: string = (await made.json()).key.id
      return { sessionId: body.sessionId, messageId: body.id, replyId: body.replyId, runId, keyId }
    },
  }
}

export function firstMessage(text: string) {
  const [sessionId, id, replyId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
  return { kind: 'send', sessionId, isNew: true, id, replyId, after: null, text }
}
