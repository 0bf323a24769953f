import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type ChatMessage = { role: string; content: string }
type ChatRequest = { messages: ChatMessage[]; stream?: boolean; model?: string }
export type ReceivedRequest = {
  kind: 'reply' | 'summary' | 'title'
  messages: ChatMessage[]
  /** All texts of the request in one. */
  prompt: string
  /** When the app hung up before the answer had ended; `null` when it did not. */
  abortedAt: number | null
  ended: boolean
}

/** What the model does with one request for a reply. */
export type Behaviour =
  /** With `everyMs`, one word after the other at that pace. */
  | { say: string; everyMs?: number }
  /** Says the first part, then waits for `release()`; of several others, before each of them. */
  | { say: string; hold: true; rest?: string | string[] }
  | { fail: number }
  | { html: true }
  | { halfJson: true }
  | { reset: true }
  /** Says one word again and again without an end. */
  | { endless: string }

export type FakeLlm = {
  baseUrl: string
  requests: ReceivedRequest[]
  /** The requests for replies whose newest message holds `text`. */
  repliesTo(text: string): ReceivedRequest[]
  /** What is done with the next request whose newest message holds `text`; then the default again. */
  when(text: string, behaviour: Behaviour): void
  /** While true, every request for a summary is answered with an error. */
  summariesFail: boolean
  /** The same for titles. */
  titlesFail: boolean
  /** Lets the held answers to `text` go on, or the next one that would be held when none is yet. */
  release(text: string): void
  close(): Promise<void>
}

/**
 * An OpenAI-compatible server that answers from nothing but the prompt it was sent: asked for a name, it gives one that
 * stands there. What it received is the proof of what memory gave.
 */
export async function startFakeLlm(): Promise<FakeLlm> {
  const requests: ReceivedRequest[] = []
  const planned: { text: string; behaviour: Behaviour }[] = []
  const held: { text: string; release: () => void }[] = []
  /** Released before their answer was held: the page says "busy" before the request has arrived here. */
  const releasedEarly: string[] = []

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.endsWith('/models'))
      return json(response, 200, { data: [{ id: 'fake', object: 'model' }] })
    if (!request.url?.endsWith('/chat/completions'))
      return json(response, 404, { error: { message: 'no such path' } })
    const body = JSON.parse(await text(request)) as ChatRequest
    const received: ReceivedRequest = {
      kind: kindOf(body.messages),
      messages: body.messages,
      prompt: body.messages.map(({ content }) => content).join('\n'),
      abortedAt: null,
      ended: false,
    }
    requests.push(received)
    response.on('close', () => {
      if (!received.ended) received.abortedAt = Date.now()
    })
    const behaviour = received.kind === 'reply' ? plannedFor(received) : backgroundFor(received)
    await perform(behaviour, received, body, response)
  }

  const backgroundFor = (received: ReceivedRequest): Behaviour =>
    (received.kind === 'summary' ? llm.summariesFail : llm.titlesFail)
      ? { fail: 500 }
      : { say: answerTo(received) }

  function plannedFor({ messages, prompt }: ReceivedRequest): Behaviour {
    const newest = messages.at(-1)?.content ?? ''
    const index = planned.findIndex(({ text }) => newest.includes(text))
    const [plan] = index < 0 ? [] : planned.splice(index, 1)
    return plan?.behaviour ?? { say: replyTo(newest, prompt) }
  }

  async function perform(
    behaviour: Behaviour,
    received: ReceivedRequest,
    { stream = false, model = 'fake' }: ChatRequest,
    response: ServerResponse,
  ) {
    if ('fail' in behaviour) {
      received.ended = true
      return json(response, behaviour.fail, {
        error: { message: 'raw provider text with sk-secret-key', type: 'x' },
      })
    }
    if ('html' in behaviour) {
      received.ended = true
      response.writeHead(200, { 'content-type': 'text/html' })
      return void response.end('<html><body>raw provider page</body></html>')
    }
    if ('reset' in behaviour) return void response.destroy()
    if (!stream && 'say' in behaviour) {
      received.ended = true
      return json(response, 200, completion(behaviour.say, received.prompt, model))
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if ('halfJson' in behaviour) {
      received.ended = true
      return void response.end('data: {"choices":[{"delta":{"content":"ha\n\n')
    }
    if ('endless' in behaviour) {
      while (!response.destroyed) {
        response.write(delta(behaviour.endless))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      return
    }
    for (const word of words(behaviour.say)) {
      response.write(delta(word))
      if ('everyMs' in behaviour && behaviour.everyMs)
        await new Promise((next) => setTimeout(next, behaviour.everyMs))
    }
    for (const part of 'hold' in behaviour ? [behaviour.rest ?? ''].flat() : []) {
      await released(received, response)
      for (const word of words(part)) response.write(delta(word))
    }
    received.ended = !response.destroyed
    response.end(`${finish()}data: [DONE]\n\n`)
  }

  async function released({ messages }: ReceivedRequest, response: ServerResponse): Promise<void> {
    const newest = messages.at(-1)?.content ?? ''
    const early = releasedEarly.findIndex((text) => newest.includes(text))
    if (early >= 0) releasedEarly.splice(early, 1)
    else
      await new Promise<void>((release) => {
        held.push({ text: newest, release })
        response.on('close', release)
      })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const llm: FakeLlm = {
    summariesFail: false,
    titlesFail: false,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    repliesTo: (text) =>
      requests.filter(({ kind, messages }) => kind === 'reply' && messages.at(-1)?.content.includes(text)),
    when: (text, behaviour) => void planned.push({ text, behaviour }),
    release(text) {
      const waiting = held.filter((one) => one.text.includes(text))
      for (const each of waiting) each.release()
      if (waiting.length === 0) releasedEarly.push(text)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return llm
}

function kindOf(messages: ChatMessage[]): ReceivedRequest['kind'] {
  const instructions = messages[0]?.content ?? ''
  if (instructions.startsWith('Name the conversation')) return 'title'
  return instructions.startsWith('You keep the memory') ? 'summary' : 'reply'
}

function answerTo({ kind, prompt }: ReceivedRequest): string {
  if (kind === 'title') return 'A fake title'
  const name = nameIn(prompt)
  return name ? `- 2026-11-24 user: my name is ${name}.` : 'NONE'
}

function replyTo(newest: string, prompt: string): string {
  if (/what'?s my name/i.test(newest)) {
    const name = nameIn(prompt)
    return name ? `Your name is ${name}.` : 'I do not know your name.'
  }
  if (/dinner/i.test(newest)) return 'How about **pasta** with tomatoes?'
  return 'That is noted.'
}

function nameIn(prompt: string): string | null {
  const name = /\b(?:i'?m|my name is) (\w+)/i.exec(prompt)?.[1]
  return name ? name[0]?.toUpperCase() + name.slice(1) : null
}

const words = (text: string) => text.match(/\S+\s*|\s+/gu) ?? []
const chunk = (choice: object) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'fake', choices: [{ index: 0, ...choice }] })}\n\n`
const delta = (content: string) => chunk({ delta: { role: 'assistant', content }, finish_reason: null })
const finish = () => chunk({ delta: {}, finish_reason: 'stop' })
const completion = (content: string, prompt: string, model: string) => ({
  id: 'c',
  object: 'chat.completion',
  created: 0,
  model,
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: Math.ceil(prompt.length / 4), completion_tokens: Math.ceil(content.length / 4) },
})

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
