import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { createModels } from '#lib/llm/models.ts'
import { REMOTE_LIMITS } from '#lib/memory/remote/remote.ts'
import { createRemoteClient } from '#lib/memory/remote/remote-client.ts'
import { examinePostgres } from '#lib/memory/store/postgres/database.ts'
import { buildState } from './build.ts'
import { type Config, loadConfig, sessionSecrets } from './config.ts'
import { ConfigError } from './config-error.ts'
import { prepareDataDir } from './data-dir.ts'
import { loadEnvFiles } from './env-files.ts'
import { sqliteFile } from './open-store.ts'

/** `npm run doctor`: prints what is in force and what is missing. Exits with 1 when the server could not start. */

type Line = { mark: 'ok' | 'note' | 'bad'; what: string; finding: string }

const LOW_DISK_BYTES = 200 * 1024 * 1024
const SIGNS = { ok: '✓', note: '·', bad: '✗' }

const folder = join(import.meta.dirname, '..', '..')
loadEnvFiles(folder)
const lines = await examine()
for (const { mark, what, finding } of lines) console.log(`${SIGNS[mark]} ${what.padEnd(10)} ${finding}`)
process.exitCode = lines.some(({ mark }) => mark === 'bad') ? 1 : 0

async function examine(): Promise<Line[]> {
  const runtime: Line = { mark: 'ok', what: 'node', finding: process.versions.node }
  try {
    const config = loadConfig()
    return [
      runtime,
      buildLine(),
      ...addressLines(config),
      ...(await storageLines(config)),
      secretLine(config),
      await modelLine(config),
      ...memoryLines(config),
      ...(await remoteLines(config)),
      ...unusedLines(config),
    ]
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [runtime, ...error.problems.map((finding): Line => ({ mark: 'bad', what: 'setting', finding }))]
  }
}

function buildLine(): Line {
  const findings = {
    fresh: 'there, and as new as the sources',
    stale: 'older than the sources: npm start makes a new one',
    absent: 'none yet: npm start makes one',
  }
  const state = buildState(folder)
  return { mark: state === 'fresh' ? 'ok' : 'note', what: 'build', finding: findings[state] }
}

function addressLines({ host, port, publicOrigin, https, trustProxy }: Config): Line[] {
  const seen = publicOrigin ? `browsers use ${publicOrigin}` : 'browsers use the same address'
  const listens: Line = { mark: 'ok', what: 'address', finding: `listens on ${host}, port ${port}; ${seen}` }
  const open = !['127.0.0.1', '::1', 'localhost'].includes(host) && !https
  const cookie: Line = {
    mark: open ? 'note' : 'ok',
    what: 'cookie',
    finding: open
      ? 'not Secure, as browsers do not reach it over HTTPS: put a proxy with a certificate in front, and set PUBLIC_URL'
      : `${https ? '__Host- and Secure' : 'for this machine only'}${trustProxy ? '; client addresses from X-Forwarded-For' : ''}`,
  }
  return [listens, cookie]
}

async function storageLines({ database, dataDir }: Config): Promise<Line[]> {
  return database ? [await postgresLine(database)] : sqliteLines(dataDir)
}

async function postgresLine({ url, maxConnections }: NonNullable<Config['database']>): Promise<Line> {
  const what = 'storage'
  try {
    const { version, schema } = await examinePostgres(url)
    const state =
      schema === 'absent' ? ' (new)' : schema === 'older' ? ' (brought up to date at the next start)' : ''
    if (schema === 'newer')
      return { mark: 'bad', what, finding: 'Postgres was written by a newer version of this app: update it' }
    return { mark: 'ok', what, finding: `Postgres ${version}${state}; at most ${maxConnections} connections` }
  } catch (error) {
    return { mark: 'bad', what, finding: `Postgres: ${error instanceof Error ? error.message : 'unknown'}` }
  }
}

function sqliteLines(dataDir: string): Line[] {
  prepareDataDir(dataDir)
  const database = sqliteFile(dataDir)
  for (const path of [dataDir, database].filter(existsSync)) {
    try {
      accessSync(path, constants.R_OK | constants.W_OK)
    } catch {
      return [
        {
          mark: 'bad',
          what: 'storage',
          finding: `"${path}" cannot be written: make it writable for this user`,
        },
      ]
    }
  }
  const { bavail, bsize } = statfsSync(dataDir)
  const free = bavail * bsize
  return [
    { mark: 'ok', what: 'storage', finding: `SQLite in ${dataDir}${existsSync(database) ? '' : ' (new)'}` },
    {
      mark: free < LOW_DISK_BYTES ? 'bad' : 'ok',
      what: 'disk',
      finding: `${Math.floor(free / 1024 / 1024).toLocaleString('en')} MB free${free < LOW_DISK_BYTES ? ': too little, free some' : ''}`,
    },
  ]
}

function secretLine(config: Config): Line {
  const count = sessionSecrets(config).length
  if (config.configuredSecrets.length > 0)
    return { mark: 'ok', what: 'secret', finding: `SESSION_SECRET, ${count} of them` }
  const kept = `kept in ${config.dataDir}`
  if (config.database === null) return { mark: 'ok', what: 'secret', finding: kept }
  return {
    mark: 'note',
    what: 'secret',
    finding: `${kept}: servers on other machines need the same one, in SESSION_SECRET`,
  }
}

async function modelLine({ models }: Config): Promise<Line> {
  const { status } = await createModels(models).current()
  if (status.connected)
    return { mark: 'ok', what: 'model', finding: `${status.label}, by ${status.provider}` }
  return {
    mark: 'note',
    what: 'model',
    finding: 'none connected: set OPENAI_API_KEY, or OPENAI_BASE_URL and CHAT_MODEL, or start Ollama',
  }
}

function memoryLines({ memory, limits, verbose }: Config): Line[] {
  const search = memory.longTerm ? 'older ones searched' : 'older ones not searched'
  return [
    { mark: 'ok', what: 'memory', finding: `${memory.maxWindowSize} messages word for word; ${search}` },
    {
      mark: 'ok',
      what: 'limits',
      finding: `a person ${limits.runsPerMinute} replies a minute and ${limits.maxActiveRuns} at once; all people ${limits.runsPerDay.toLocaleString('en')} a day`,
    },
    {
      mark: 'ok',
      what: 'background',
      finding: `summaries, titles and embeddings may take ${memory.backgroundTokensPerPerson.toLocaleString('en')} tokens a day of a person and ${memory.backgroundTokensPerDay.toLocaleString('en')} of all; beyond them no model is asked`,
    },
    ...(verbose
      ? [{ mark: 'note' as const, what: 'verbose', finding: 'every prompt is printed to the terminal' }]
      : []),
  ]
}

/** Asks for a session that nobody has: a Motörhead answers that with an empty one. */
async function remoteLines({ remote }: Config): Promise<Line[]> {
  if (!remote) return []
  const client = createRemoteClient(remote)
  const what = 'elsewhere'
  const limits: Line = { mark: 'note', what, finding: REMOTE_LIMITS }
  try {
    await client.load('motorhead-chat-doctor', { timeoutMs: 5000 })
    return [
      { mark: 'ok', what, finding: `the Motörhead at ${client.host} is the memory of the chat` },
      limits,
    ]
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const finding = `${problem} The chat goes on with the copy here, and saves there later.`
    return [{ mark: 'note', what, finding }, limits]
  }
}

function unusedLines({ unused }: Config): Line[] {
  if (unused.length === 0) return []
  return [
    {
      mark: 'note',
      what: 'not used',
      finding: `${unused.join(', ')}: set, but this version does not use them yet`,
    },
  ]
}
