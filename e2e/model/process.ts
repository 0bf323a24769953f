import { spawn } from 'node:child_process'
import { once } from 'node:events'

const STOP_MS = 10_000

export type Started = { output(): string; stop(): Promise<void> }

/** Starts a program and waits until its output matches `ready`; rejects with that output when it ends or takes too long. */
export async function startProcess(
  command: string,
  args: string[],
  env: Record<string, string>,
  ready: RegExp,
  readyMs: number,
): Promise<Started> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const isReady = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (ready.test(output)) isReady.resolve()
    })
  }
  child.on('error', isReady.reject)
  child.on('exit', (code, signal) => {
    output += `\n(ended with ${code ?? signal})\n`
  })
  child.on('exit', (code) => isReady.reject(new Error(`${command} ended with ${code}:\n${output}`)))
  const late = setTimeout(
    () => isReady.reject(new Error(`${command} was not ready in time:\n${output}`)),
    readyMs,
  )
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(force)
  }
  await isReady.promise.catch(async (error: unknown) => {
    await stop()
    throw error
  })
  clearTimeout(late)
  return { output: () => output, stop }
}
