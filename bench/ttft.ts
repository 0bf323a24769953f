import { fork } from 'node:child_process'
import { once } from 'node:events'
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
const WARM_UP = 60

/** A person takes longer than this to write; after a reply the app has its summary and title to see to. */
const PAUSE_MS = 25

/** As many messages as the app's window holds on average. */
const WINDOW = 9

build()
const llm = fork(fileURLToPath(new URL('fake-llm-process.ts', import.meta.url)))
const [baseUrl] = (await once(llm, 'message')) as [string]
const server = await createAppServer({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'x', CHAT_MODEL: 'fake' })
await server.start()
try {
  const direct: number[] = []
  const through: number[] = []
  const session = createSession(server.url)
  for (let n = 0; n < SAMPLES + WARM_UP; n++) {
    const alone = await askDirectly(n)
    await sleep(PAUSE_MS)
    const app = await session.ask(n)
    await sleep(PAUSE_MS)
    if (n < WARM_UP) continue
    direct.push(alone)
    through.push(app)
  }
  print('directly', direct)
  print('through the app', through)
  const added = (share: number) => (at(through, share) - at(direct, share)).toFixed(1)
  console.log(`added           p50 ${added(0.5)} ms   p95 ${added(0.95)} ms   (${SAMPLES} samples each)`)
} finally {
  await server.dispose()
  llm.kill()
}

async function askDirectly(n: number): Promise<number> {
  const messages = Array.from({ length: WINDOW }, (_, index) =>
    index % 2 === 0
      ? { role: 'user', content: `question ${n - (WINDOW - 1 - index) / 2}` }
      : { role: 'assistant', content: 'That is noted.' },
  )
  const body = JSON.stringify({ model: 'fake', stream: true, messages })
  const started = performance.now()
  const answer = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return untilToken(answer, '"content"', started)
}

function createSession(origin: string) {
  const sessionId = crypto.randomUUID()
  let after: string | null = null
  let cookie = ''
  return {
    async ask(n: number): Promise<number> {
      const [id, replyId] = [crypto.randomUUID(), crypto.randomUUID()]
      const body = JSON.stringify({
        kind: 'send',
        sessionId,
        isNew: n === 0,
        id,
        replyId,
        after,
        text: `question ${n}`,
      })
      const started = performance.now()
      const answer = await fetch(`${origin}/api/chat`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json', ...(cookie && { cookie }) },
        body,
      })
      if (!answer.ok) throw new Error(`The app answered ${answer.status}: ${await answer.text()}`)
      const time = await untilToken(answer, '"text-delta"', started)
      cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      after = replyId
      return time
    },
  }
}

/** Milliseconds from `started` until the stream holds `mark`; then reads it to its end. */
async function untilToken(answer: Response, mark: string, started: number): Promise<number> {
  let time = 0
  let text = ''
  for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (time === 0 && text.includes(mark)) time = performance.now() - started
  }
  if (time === 0) throw new Error(`No token came: ${text.slice(0, 200)}`)
  return time
}

function print(name: string, times: number[]): void {
  console.log(`${name.padEnd(15)} p50 ${at(times, 0.5).toFixed(1)} ms   p95 ${at(times, 0.95).toFixed(1)} ms`)
}

function at(times: number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0
}
