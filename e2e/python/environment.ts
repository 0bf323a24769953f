import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const FOLDER = import.meta.dirname
const VENV = fileURLToPath(new URL('../../.cache/python', import.meta.url))
const python = join(VENV, 'bin', 'python')
const REQUIREMENTS = join(FOLDER, 'requirements.txt')
const INSTALLED = join(VENV, 'installed.txt')

/** Makes the virtual environment with LangChain in `.cache`, once. Throws with what Python said. */
export async function preparePython(): Promise<void> {
  const wanted = readFileSync(REQUIREMENTS, 'utf8')
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return
  console.log('Installing LangChain for Python, once …')
  await run('python3', ['-m', 'venv', '--clear', VENV])
  await run(python, ['-m', 'pip', 'install', '-q', '-r', REQUIREMENTS])
  writeFileSync(INSTALLED, wanted)
}

/** Runs a program, a file of this folder or code, and answers what it printed, without colours. */
export async function runPython(program: string[], env: Record<string, string> = {}): Promise<string> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return (await run(python, ['-W', 'ignore', ...program], env)).replaceAll(/\u001B\[[0-9;]*m/gu, '')
}

/** Not in the way of the model, which answers in this process. */
async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const options = { cwd: FOLDER, timeout: 600_000, env: { ...process.env, ...env } }
  try {
    return (await promisify(execFile)(command, args, options)).stdout
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    const said = stderr.trim().slice(-2000) || message
    throw new Error(`${command} ${args.join(' ').slice(0, 100)} failed:\n${said}`)
  }
}
