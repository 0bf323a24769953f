import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const READY_MS = 60_000
/** Of its output, for when it fails. */
const KEPT_CHARACTERS = 4000

const PROGRAMS = {
  lean: ['--conditions=react-server', 'e2e/crash/lean-server.ts'],
  full: ['server.ts'],
}
export type Program = keyof typeof PROGRAMS

/** A server that is made to be killed; its address stays the same over all starts. */
export type Victim = {
  url: string
  /** Milliseconds until it answered; `null` when it was killed before. `changed` settings hold for this start. */
  start(changed?: Record<string, string>): Promise<number | null>
  /** As a pulled plug, at whatever it is doing. */
  kill(): Promise<void>
  isRunning(): boolean
  output(): string
}

let isFirst = true

export async function createVictim(program: Program, env: () => Record<string, string>): Promise<Victim> {
  const port = await freePort()
  let child: ChildProcess | null = null
  let output = ''

  async function start(changed: Record<string, string> = {}): Promise<number | null> {
    const startedAt = performance.now()
    const first = isFirst ? { CRASH_WARM: '1' } : {}
    isFirst = false
    const { PATH, HOME } = process.env
    const started = spawn(process.execPath, PROGRAMS[program], {
      cwd: root,
      env: {
        PATH,
        HOME,
        ...ENVIRONMENT,
        ...first,
        ...env(),
        ...changed,
        PORT: String(port),
      } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    const ready = Promise.withResolvers<number | null>()
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-KEPT_CHARACTERS)
        if (text.includes('ready at')) ready.resolve(performance.now() - startedAt)
      })
    }
    started.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') ready.resolve(null)
      else ready.reject(new Error(`The server ended by itself (${code ?? signal}):\n${output}`))
    })
    const late = setTimeout(() => ready.reject(new Error(`The server did not start:\n${output}`)), READY_MS)
    return ready.promise.finally(() => clearTimeout(late))
  }

  return {
    url: `http://127.0.0.1:${port}`,
    start,
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
    isRunning: () => child !== null && child.exitCode === null && child.signalCode === null,
    output: () => output,
  }
}

const ENVIRONMENT = {
  NODE_ENV: 'production',
  OLLAMA_URL: 'off',
  HOST: '127.0.0.1',
  // Starts are most of the time that a kill takes.
  NODE_COMPILE_CACHE: join(tmpdir(), 'motorhead-chat-crash-cache'),
  // Small, so that every few messages are folded while the process dies.
  MOTORHEAD_MAX_WINDOW_SIZE: '4',
  REQUESTS_PER_MINUTE: '10000000',
  RUNS_PER_MINUTE: '100000',
  RUNS_PER_DAY: '100000000',
  WRITES_PER_MINUTE: '100000',
  MAX_ACTIVE_RUNS: '1000',
}
