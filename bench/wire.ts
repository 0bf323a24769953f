import { createServer } from 'node:net'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { createAppServer } from '../e2e/app-server.ts'
import build from '../e2e/build.ts'
import { startFakeLlm } from '../e2e/fake-llm.ts'
import { CONNECTIONS, hasWrk, type Load, measure } from './load.ts'
import { cpuMicros, residentMegabytes } from './processes.ts'

/**
 * The memory API under load: ours, which syncs every save to disk, and any other Motörhead whose base URL is given
 * (`npm run bench:wire -- http://localhost:8080 --pids 12,34`), one after the other on the same machine. What a request
 * takes of the processors hardly depends on what else runs there; `--pids` names the processes of that other one.
 */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pids: { type: 'string', default: '' } },
})
const [other] = positionals
const otherPids = values.pids.split(',').filter(Boolean).map(Number)

const id = crypto.randomUUID().slice(0, 8)
const message = (n: number) => ({
  role: n % 2 ? 'AI' : 'Human',
  content: `message ${n}: something of the length that people write in a chat, about dinner or the weather`,
})
const two = { messages: [message(0), message(1)] }

const LOADS: [name: string, load: Load][] = [
  ['GET a full window', { method: 'GET', path: `/sessions/full-${id}/memory` }],
  ['GET 1,000 sessions in turn', { method: 'GET', path: `/sessions/many-${id}-#/memory`, spread: 1000 }],
  ['POST two messages, one session', { method: 'POST', path: `/sessions/hot-${id}/memory`, body: two }],
  [
    'POST two messages, 1,000 sessions',
    { method: 'POST', path: `/sessions/many-${id}-#/memory`, spread: 1000, body: two },
  ],
  ['GET sessions', { method: 'GET', path: '/sessions?size=100' }],
]

build()
console.log(
  `${CONNECTIONS} connections, ${SECONDS} s each, ${(await hasWrk()) ? 'wrk' : 'autocannon'}, ${cpus().length} cores shared with the load\n`,
)
const llm = await startFakeLlm()
await benchOurs(
  'ours, synced to disk',
  { OPENAI_BASE_URL: llm.baseUrl, OPENAI_API_KEY: 'x', CHAT_MODEL: 'fake' },
  LOADS,
)
await llm.close()
const hung = await startHungModel()
await benchOurs(
  'ours, its model hung',
  { OPENAI_BASE_URL: hung.url, OPENAI_API_KEY: 'x', CHAT_MODEL: 'fake' },
  LOADS.filter(([, { method }]) => method === 'POST'),
)
hung.close()
if (other) await bench(other, other, LOADS, otherPids)

async function benchOurs(name: string, env: Record<string, string>, loads: typeof LOADS): Promise<void> {
  const server = await createAppServer(env)
  await server.start()
  try {
    await bench(name, server.url, loads, [server.pid() ?? 0])
  } finally {
    await server.dispose()
  }
}

async function bench(name: string, url: string, loads: typeof LOADS, pids: number[]): Promise<void> {
  await seed(url)
  console.log(`${name.padEnd(36)} req/s      p50      p99   failed  cpu each   memory`)
  for (const [what, load] of loads) {
    await measure(url, load, 1)
    const before = cpuMicros(pids)
    const { perSecond, p50, p99, failed } = await measure(url, load, SECONDS)
    const each = (cpuMicros(pids) - before) / (perSecond * SECONDS)
    const columns = [
      Math.round(perSecond).toLocaleString('en').padStart(9),
      `${p50.toFixed(1)} ms`.padStart(9),
      `${p99.toFixed(1)} ms`.padStart(9),
      String(failed).padStart(8),
      (each > 0 ? `${Math.round(each)} µs` : '').padStart(10),
      (pids.length > 0 ? `${residentMegabytes(pids)} MB` : '').padStart(9),
    ]
    console.log(`  ${what.padEnd(32)}${columns.join('')}`)
  }
  console.log()
}

/** A full window, and the sessions that are loaded in turn. */
async function seed(url: string): Promise<void> {
  await save(
    url,
    `full-${id}`,
    Array.from({ length: 12 }, (_, n) => message(n)),
  )
  for (let n = 0; n < 1000; n++) await save(url, `many-${id}-${n}`, [message(0), message(1)])
}

async function save(url: string, session: string, messages: unknown[]): Promise<void> {
  const answer = await fetch(`${url}/sessions/${session}/memory`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages }),
  })
  if (!answer.ok) throw new Error(`The server refused a save: ${answer.status} ${await answer.text()}`)
  await answer.text()
}

/** Takes every request and answers none. */
async function startHungModel(): Promise<{ url: string; close(): void }> {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('No free port was found.')
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() }
}
