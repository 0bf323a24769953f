import { gzipSync } from 'node:zlib'
import { createAppServer } from '../e2e/app-server.ts'
import build from '../e2e/build.ts'

/** What a browser loads before the page works: the scripts that the HTML names, gzipped, by page. */
const BUDGET_KB = 250

let cookie = ''

build()
const server = await createAppServer({ OLLAMA_URL: 'off' })
await server.start()
try {
  const pages = { '/': '/', 'a session': await makeSession(server.url) }
  let worst = 0
  console.log('First-load JavaScript, gzip:')
  for (const [name, path] of Object.entries(pages)) {
    const bytes = await scriptBytes(server.url, path)
    worst = Math.max(worst, bytes / 1024)
    console.log(`  ${name.padEnd(12)} ${(bytes / 1024).toFixed(1)} KB`)
  }
  console.log(`Budget ${BUDGET_KB} KB: ${worst <= BUDGET_KB ? 'kept' : 'EXCEEDED'}`)
  if (worst > BUDGET_KB) process.exitCode = 1
} finally {
  await server.dispose()
}

async function makeSession(origin: string): Promise<string> {
  const sessionId = crypto.randomUUID()
  const body = {
    kind: 'send',
    sessionId,
    isNew: true,
    id: crypto.randomUUID(),
    replyId: crypto.randomUUID(),
    after: null,
  }
  const answer = await fetch(`${origin}/api/chat`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, text: 'hi im bob' }),
  })
  await answer.text()
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return `/s/${sessionId}`
}

async function scriptBytes(origin: string, path: string): Promise<number> {
  const html = await (await fetch(origin + path, { headers: { cookie, accept: 'text/html' } })).text()
  const sources = new Set([...html.matchAll(/<script[^>]+src="([^"]+)"/g)].map(([, source]) => source ?? ''))
  let bytes = 0
  for (const source of sources) {
    // Old browsers alone load these.
    if (new RegExp(`<script[^>]+src="${source.replaceAll(/[.?]/g, '\\$&')}"[^>]*nomodule`, 'i').test(html))
      continue
    bytes += gzipSync(new Uint8Array(await (await fetch(origin + source)).arrayBuffer())).length
  }
  return bytes
}
