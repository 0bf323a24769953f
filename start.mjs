/**
 * `npm start`: builds the app when there is no build or the sources are newer, then starts the server. In plain
 * JavaScript, so that a Node too old for the rest can still say so.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const OLDEST = [22, 18]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  fail(
    `motorhead-chat needs Node ${OLDEST.join('.')} or newer, and this is ${process.versions.node}: install a newer Node, or on Linux run "npm ci" again, which brings one along.`,
  )
}

const { buildState, markBuilt } = await import('./lib/server/build.ts')
if (buildState(folder) !== 'fresh') build()
await import('./server.ts')

function build() {
  console.log('Building motorhead-chat, once …')
  const next = fileURLToPath(import.meta.resolve('next/dist/bin/next'))
  const built = spawnSync(process.execPath, [next, 'build', '--webpack'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    maxBuffer: 64 * 1024 * 1024,
  })
  if (built.status === 0) return markBuilt(folder)
  process.stderr.write(built.stdout ?? '')
  process.stderr.write(built.stderr ?? '')
  fail('The build failed; its output stands above. Run "npm ci" and try again.')
}

/** @param {string} sentence */
function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
