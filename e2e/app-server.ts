import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Several start at once, and a busy machine takes many times as long as it mostly does. */
const READY_MS = 120_000

export type AppServer = {
  url: string
  dataDir: string
  /** All that the process wrote, of every start. */
  output(): string
  pid(): number | undefined
  start(): Promise<void>
  /** As a crash or a pulled plug: no time to do anything. */
  kill(): Promise<void>
  /** As an operator stops it; answers the exit code. */
  stop(): Promise<number | null>
  /** Stops it and removes its data. */
  dispose(): Promise<void>
}

/** The production server, on a free port of its own, over a data folder of its own (or `dataDir`, to share one). */
export async function createAppServer(env: Record<string, string>, dataDir?: string): Promise<AppServer> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'motorhead-chat-e2e-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  let output = ''

  async function start(): Promise<void> {
    child = spawn(process.execPath, ['server.ts'], {
      cwd: root,
      env: { ...plainEnv(), ...GENEROUS, ...env, PORT: String(port), DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const seen = output.length
    const until = Date.now() + READY_MS
    while (!output.slice(seen).includes('ready at')) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`The server did not start:\n${output}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const process = child
    child = null
    if (!process || process.exitCode !== null || process.signalCode !== null) return process?.exitCode ?? null
    const exited = once(process, 'exit')
    process.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }

  return {
    url,
    dataDir: folder,
    output: () => output,
    pid: () => child?.pid,
    start,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    async dispose() {
      await end('SIGKILL')
      if (!dataDir) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a person never reaches, and a test with a hundred messages does. */
const GENEROUS = {
  REQUESTS_PER_MINUTE: '10000000',
  RUNS_PER_MINUTE: '100000',
  RUNS_PER_DAY: '1000000',
  WRITES_PER_MINUTE: '100000',
}

/** Nothing of the machine's own settings may reach the app. */
function plainEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env
  return {
    PATH,
    HOME,
    TMPDIR,
    LANG,
    NODE_ENV: 'production',
    OLLAMA_URL: 'off',
  } as NodeJS.ProcessEnv
}
