import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createAppServer } from '../e2e/app-server.ts'
import build from '../e2e/build.ts'

/**
 * Time to the first token through the app against the same model asked directly, turn about on one machine, in a
 * session that has a window and a summary. The model is a process of its own, as any real one; both sides keep their
 * connections open and send it prompts of the same length.
 */
const SAMPLES = Number(process.argv[2] ?? 300)

/** Until then connections are opened and statements prepared. */
const STARTED = 60

/** Until then much of the app and of the model's stand-in has not been compiled by the engine: a server in use is beyond that. */
const WARM = 500

/** A person takes longer than this to write; after a reply the app has its summary and title to see to. */
const PAUSE_MS = 25

/** As many messages as the app's window holds on average. */
const WINDOW = 9

/** So many words are talked about: each is met again, and none in every message, as in what people write. */
const VOCABULARY = 180
const SYLLABLES = ['ba', 'ke', 'li', 'mo', 'nu', 'ra', 'se', 'ti', 'vo', 'zi']

build()
const llm = fork(fileURLToPath(new URL('fake-llm-process.ts', import.meta.url)))
const [baseUrl] = (await once(llm, 'message')) as [string]
const server = await createAppServer({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'x', CHAT_MODEL: 'fake' })
const agent = new Agent({ keepAlive: true })
await server.start()
const direct: number[] = []
const through: number[] = []
try {
  const session = createSession(server.url)
  for (let n = 0; n < WARM + SAMPLES; n++) {
    const alone = await askDirectly(n)
    await sleep(PAUSE_MS)
    const app = await session.ask(n)
    await sleep(PAUSE_MS)
    direct.push(alone)
    through.push(app)
  }
  report(`A new process, turns ${STARTED} to ${WARM}`, STARTED, WARM)
  report(`A process in use, the ${SAMPLES} turns after ${WARM}`, WARM)
} finally {
  agent.destroy()
  await server.dispose()
  llm.kill()
}

async function askDirectly(n: number): Promise<number> {
  const messages = Array.from({ length: WINDOW }, (_, index) =>
    index % 2 === 0
      ? { role: 'user', content: question(n - (WINDOW - 1 - index) / 2) }
      : { role: 'assistant', content: 'That is noted.' },
  )
  const body = { model: 'fake', stream: true, messages }
  return (await post(`${baseUrl}/chat/completions`, body, { until: '"content"' })).ms
}

function createSession(origin: string) {
  const ids = { sessionId: crypto.randomUUID(), after: null as string | null }
  let cookie = ''
  return {
    async ask(n: number): Promise<number> {
      const [id, replyId] = [crypto.randomUUID(), crypto.randomUUID()]
      const body = { kind: 'send', ...ids, isNew: n === 0, id, replyId, text: question(n) }
      const headers = { origin, ...(cookie && { cookie }) }
      const { ms, answer } = await post(`${origin}/api/chat`, body, { until: '"text-delta"', headers })
      cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie
      ids.after = replyId
      return ms
    },
  }
}

/** A sentence of its own for each number, as people do not ask the same all day. */
function question(n: number): string {
  const word = (step: number) =>
    [...String((Math.abs(n) * step) % VOCABULARY).padStart(3, '0')].map((digit) => SYLLABLES[+digit]).join('')
  return `Which ${word(7)} was it that the ${word(31)} and the ${word(113)} had?`
}

/** Milliseconds until the stream that answers holds `until`; reads it to its end. */
async function post(
  url: string,
  body: object,
  { until, headers = {} }: { until: string; headers?: Record<string, string> },
): Promise<{ ms: number; answer: IncomingMessage }> {
  const sent = JSON.stringify(body)
  const started = performance.now()
  const asked = request(url, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent), ...headers },
  }).end(sent)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let ms = 0
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk
    if (ms === 0 && text.includes(until)) ms = performance.now() - started
  }
  if (ms === 0) throw new Error(`No token came, but ${answer.statusCode}: ${text.slice(0, 200)}`)
  return { ms, answer }
}

function report(when: string, from: number, to?: number): void {
  const [alone, app] = [direct.slice(from, to), through.slice(from, to)]
  console.log(when)
  print('directly', alone)
  print('through the app', app)
  const added = (share: number) => (at(app, share) - at(alone, share)).toFixed(1)
  console.log(`added           p50 ${added(0.5)} ms   p95 ${added(0.95)} ms`)
}

function print(name: string, times: number[]): void {
  console.log(`${name.padEnd(15)} p50 ${at(times, 0.5).toFixed(1)} ms   p95 ${at(times, 0.95).toFixed(1)} ms`)
}

function at(times: number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0
}
