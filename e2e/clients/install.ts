import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const FOLDER = import.meta.dirname
const run = promisify(execFile)

/** Installs the clients from the registry when they are not there yet, exactly as their lockfile says. */
export async function installClients(): Promise<void> {
  const installed = join(FOLDER, 'node_modules', '.package-lock.json')
  const wanted = join(FOLDER, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return
  // They ask for an older zod than ours, among others: a folder of their own, and their peers as they are.
  await run('npm', ['ci', '--prefix', FOLDER, '--ignore-scripts', '--legacy-peer-deps'], { cwd: FOLDER })
}

/** Runs one of the programs here and reads the JSON that it prints. */
export async function runClient(program: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [join(FOLDER, program), ...args], {
    cwd: FOLDER,
    timeout: 60_000,
  })
  return JSON.parse(stdout)
}
