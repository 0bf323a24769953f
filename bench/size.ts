import { gzipSync } from 'node:zlib'
import { createAppServer } from '../e2e/app-server.ts'
import build from '../e2e/build.ts'

/** What a browser loads before the page works: the chunks that the HTML names, gzipped, by page. */
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
  // Named by a script tag, or in the page's data as what its components need: either way loaded before it works.
  const chunks = new Set(html.match(/static\/chunks\/[^"\\]+?\.js/g))
  let bytes = 0
  for (const chunk of chunks) {
    // Old browsers alone load these.
    if (chunk.includes('polyfills')) continue
    const code = await (await fetch(`${origin}/_next/${chunk}`)).arrayBuffer()
    bytes += gzipSync(new Uint8Array(code)).length
  }
  return bytes
}
