import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One instance of a built function: it stands still whenever the platform would let it. */
export type FunctionInstance = {
  request(path: string, init?: RequestInit): Promise<Response>
  isStill(): boolean
  /** As at the end of its time, or when it is not needed any more. */
  kill(): void
  output(): string
}

/** Puts the files of a function together as they are deployed. */
export function unpackFunction(project: string, name: string, to: string): void {
  // Functions that are alike are links to one.
  const folder = realpathSync(join(project, '.vercel', 'output', 'functions', `${name}.func`))
  rmSync(to, { recursive: true, force: true })
  cpSync(folder, to, { recursive: true })
  const { filePathMap } = JSON.parse(readFileSync(join(folder, '.vc-config.json'), 'utf8')) as {
    filePathMap: Record<string, string>
  }
  for (const [deployed, source] of Object.entries(filePathMap)) {
    mkdirSync(dirname(join(to, deployed)), { recursive: true })
    cpSync(join(project, source), join(to, deployed))
  }
}

export async function startFunction(folder: string, env: Record<string, string>): Promise<FunctionInstance> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'function-host.cjs'), folder],
    {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', VERCEL: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  let still = false
  let requested = 0
  const port = await new Promise<number>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`The function ended:\n${output}`)))
    child.on('message', (message: { idleAfter: number } | { port: number }) => {
      if ('port' in message) return resolve(message.port)
      // Said before it had heard of the newest request.
      if (message.idleAfter < requested) return
      still = true
      child.kill('SIGSTOP')
    })
  })
  return {
    request(path, init) {
      still = false
      requested += 1
      child.kill('SIGCONT')
      return fetch(`http://127.0.0.1:${port}${path}`, init)
    },
    isStill: () => still,
    kill: () => void child.kill('SIGKILL'),
    output: () => output,
  }
}
