import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { ModelSettings } from '#lib/llm/models.ts'
import type { RemoteAddress } from '#lib/memory/remote/remote-client.ts'
import { ConfigError } from './config-error.ts'
import { readModels, withoutTrailingSlash } from './config-models.ts'
import { sessionSecretOf } from './data-dir.ts'
import { createEnvReader, type Env, type EnvReader } from './env-reader.ts'

/** Everything that is set from outside, checked. See `.env.example` for each variable. */
export type Config = {
  environment: 'production' | 'development' | 'test'
  /** On Vercel: always HTTPS, no disk of its own. */
  vercel: boolean
  host: string
  port: number
  /** The origin that browsers use, e.g. `https://chat.example.org`; `null`: that of the connection. */
  publicOrigin: string | null
  /** Browsers reach us over HTTPS: cookies are `Secure` and carry the `__Host-` prefix. */
  https: boolean
  /** A proxy of ours stands in front: the last address in `X-Forwarded-For` is the client's. */
  trustProxy: boolean
  dataDir: string
  /** A Postgres instead of the file in `dataDir`; `null`: none. */
  database: { url: string; maxConnections: number } | null
  /** Newest first; empty: one is generated into `dataDir`, see `sessionSecrets()`. */
  configuredSecrets: string[]
  models: ModelSettings
  memory: {
    maxWindowSize: number
    longTerm: boolean
    /** Tokens of a model that summaries, titles and embeddings may take in a UTC day, in all processes together. */
    backgroundTokensPerDay: number
    /** Of these, those of one person and of the programs that have their keys. */
    backgroundTokensPerPerson: number
  }
  /** Dollars for a million tokens given to the chat model, and written by it; `null`: not said. */
  price: { input: number; output: number } | null
  /** An existing Motörhead that is the memory of the chat; `null`: ours alone. */
  remote: RemoteAddress | null
  /** Who may use the memory API: keys by name, or with `open` anybody. */
  wire: { keys: { name: string; key: string }[]; open: boolean }
  limits: LimitSettings
  /** Print every prompt to the terminal. */
  verbose: boolean
  /** Variables that are set but have no effect in this version. */
  unused: string[]
}

export type LimitSettings = {
  /** Replies a person may have in progress at once. */
  maxActiveRuns: number
  /** Requests of any kind per minute and person, counted by each process for itself. */
  requestsPerMinute: number
  /** Replies asked for per minute, by one person and by one address each. */
  runsPerMinute: number
  /** Replies of this process per day, all people together. */
  runsPerDay: number
  /** Tokens of all model calls per day, all people together. */
  tokensPerDay: number
  /** Other changes (rename, delete, stop, …) per minute and person. */
  writesPerMinute: number
}

/** Checks a set of variables. Throws `ConfigError` with every problem it found. */
export function readConfig(env: Env): Config {
  const read = createEnvReader(env)
  const vercel = read.text('VERCEL') !== undefined
  const environment = read.choice('NODE_ENV', ['production', 'development', 'test'], 'production')
  const publicOrigin = readPublicOrigin(read)
  const config: Config = {
    environment,
    vercel,
    host: readHost(read),
    port: read.integer('PORT', { fallback: 3000, min: 0, max: 65_535 }),
    publicOrigin,
    https: vercel || (publicOrigin?.startsWith('https:') ?? false),
    trustProxy: read.flag('TRUST_PROXY', false),
    dataDir: resolve(read.text('DATA_DIR') ?? './data'),
    database: readDatabase(read, vercel),
    configuredSecrets: readSecrets(read, { vercel, production: environment === 'production' }),
    models: readModels(read, vercel),
    memory: {
      maxWindowSize: read.integer('MOTORHEAD_MAX_WINDOW_SIZE', { fallback: 12, min: 2, max: 1000 }),
      longTerm: read.flag('MOTORHEAD_LONG_TERM_MEMORY', true),
      backgroundTokensPerDay: read.integer('BACKGROUND_TOKENS_PER_DAY', {
        fallback: 10_000_000,
        min: 0,
        max: 1_000_000_000_000,
      }),
      backgroundTokensPerPerson: read.integer('BACKGROUND_TOKENS_PER_PERSON', {
        fallback: 1_000_000,
        min: 0,
        max: 1_000_000_000_000,
      }),
    },
    price: readPrice(read),
    remote: readRemote(read),
    wire: { keys: readKeys(read), open: read.flag('MOTORHEAD_OPEN', false) },
    limits: {
      maxActiveRuns: read.integer('MAX_ACTIVE_RUNS', { fallback: 4, min: 1, max: 1000 }),
      requestsPerMinute: read.integer('REQUESTS_PER_MINUTE', { fallback: 600, min: 1, max: 10_000_000 }),
      runsPerMinute: read.integer('RUNS_PER_MINUTE', { fallback: 20, min: 1, max: 100_000 }),
      runsPerDay: read.integer('RUNS_PER_DAY', { fallback: 2000, min: 1, max: 100_000_000 }),
      tokensPerDay: read.integer('TOKENS_PER_DAY', { fallback: 30_000_000, min: 1, max: 1_000_000_000_000 }),
      writesPerMinute: read.integer('WRITES_PER_MINUTE', { fallback: 120, min: 1, max: 100_000 }),
    },
    verbose: read.flag('VERBOSE', false),
    unused: unusedNames(read),
  }
  if (read.problems.length > 0) throw new ConfigError(read.problems)
  return config
}

/** The configuration of this process. Throws `ConfigError`; reads nothing but the environment. */
export function loadConfig(): Config {
  return readConfig(process.env)
}

/**
 * A variable that is set to nothing counts as unset, as compose files set them. Ours are read so; the AI SDK's providers
 * look at their own when they are loaded, and refuse an empty one.
 */
export function dropEmptyVariables(): void {
  for (const [name, value] of Object.entries(process.env)) {
    if (value === '' && name.startsWith('OPENAI_')) delete process.env[name]
  }
}

/** True under `next dev`, where React needs `eval` for its stack traces. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === 'development'
}

/** The secrets that seal cookies, newest first; makes and keeps one in the data folder when none is configured. */
export function sessionSecrets(config: Config): string[] {
  return config.configuredSecrets.length > 0 ? config.configuredSecrets : [sessionSecretOf(config.dataDir)]
}

function readHost(read: EnvReader): string {
  const host = read.text('HOST') ?? '127.0.0.1'
  if (isIP(host) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) {
    read.reject('HOST', host, 'give an address or a host name to listen on, like 127.0.0.1 or 0.0.0.0')
  }
  return host
}

function readPublicOrigin(read: EnvReader): string | null {
  const url = read.url('PUBLIC_URL')
  if (url === undefined) return null
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    read.reject('PUBLIC_URL', url.href, 'give the origin only, like https://chat.example.org')
  }
  return url.origin
}

function readPrice(read: EnvReader): Config['price'] {
  const text = read.text('CHAT_PRICE')
  if (text === undefined) return null
  const [, input, output] = /^(\d{1,6}(?:\.\d{1,6})?)\/(\d{1,6}(?:\.\d{1,6})?)$/.exec(text) ?? []
  if (input === undefined || output === undefined) {
    read.reject('CHAT_PRICE', text, 'give dollars for a million tokens in and out, like 0.25/2')
    return null
  }
  return { input: Number(input), output: Number(output) }
}

/** Functions of one machine each: together they must not use up the connections of the server. */
const CONNECTIONS = { server: 10, function: 3 }

function readDatabase(read: EnvReader, vercel: boolean): Config['database'] {
  const maxConnections = read.integer('DATABASE_CONNECTIONS', {
    fallback: vercel ? CONNECTIONS.function : CONNECTIONS.server,
    min: 1,
    max: 1000,
  })
  const url = read.text('DATABASE_URL')
  if (url === undefined) {
    if (vercel) {
      read.problem(
        'DATABASE_URL is not set, and Vercel keeps no files: add a Postgres database to the project (Storage, then Create Database), or set DATABASE_URL to one of your own.',
      )
    }
    return null
  }
  // Several hosts (`a:5432,b:5432`) are no URL to the platform.
  if (!/^postgres(ql)?:\/\/[^/\s?]+(\/[^\s?]*)?(\?\S*)?$/.test(url)) {
    read.reject(
      'DATABASE_URL',
      url,
      'give a Postgres address like postgres://user:password@host:5432/database',
    )
  }
  return { url, maxConnections }
}

/** What people leave in when they copy an example. */
const EXAMPLE_SECRET = /change.?me|example|placeholder|your.?(session.?)?secret|replace.?(me|this)|password/i

function readSecrets(read: EnvReader, where: { vercel: boolean; production: boolean }): string[] {
  const text = read.text('SESSION_SECRET')
  if (text === undefined) {
    if (where.vercel) {
      read.problem(
        'SESSION_SECRET is not set, and Vercel keeps no files to hold a generated one: set it to 32 or more random characters (openssl rand -base64 48).',
      )
    }
    return []
  }
  const secrets = text.split(',').map((secret) => secret.trim())
  for (const [index, secret] of secrets.entries()) {
    const name =
      secrets.length === 1 ? 'SESSION_SECRET' : `SESSION_SECRET (number ${index + 1} of ${secrets.length})`
    if (secret.length < 32) {
      read.problem(
        `${name} has ${secret.length} characters: give 32 or more random ones (openssl rand -base64 48), or unset it when self-hosting to have one made.`,
      )
    } else if (where.production && (EXAMPLE_SECRET.test(secret) || new Set(secret).size < 10)) {
      read.problem(
        `${name} looks like an example, not like random characters: make one with openssl rand -base64 48.`,
      )
    }
  }
  return secrets
}

const SHORTEST_KEY = 16

/**
 * The names of keys stand in the names of namespaces. No part of an entry stands in a sentence: where something is wrong with
 * it, what should be the name may be the key.
 */
function readKeys(read: EnvReader): Config['wire']['keys'] {
  const entries = (read.text('MOTORHEAD_KEYS') ?? '').split(',').filter((entry) => entry.trim() !== '')
  const keys = entries.map((entry) => {
    const [, name = '', key = ''] = /^([^:]*):(.*)$/s.exec(entry.trim()) ?? []
    return { name, key: key.trim() }
  })
  for (const [index, { name, key }] of keys.entries()) {
    const which = `MOTORHEAD_KEYS (number ${index + 1} of ${keys.length})`
    if (!/^[\w.-]{1,64}$/.test(name)) {
      read.problem(`${which} has no name: write name:key, the name of letters, digits, dots and dashes.`)
    } else if (key.length < SHORTEST_KEY || /\s/.test(key)) {
      read.problem(
        `${which} has too short a key: give ${SHORTEST_KEY} or more random characters without spaces (openssl rand -hex 24).`,
      )
    } else if (keys.findIndex((other) => other.name === name || other.key === key) < index) {
      read.problem(`${which} has the name or the key of another one: each needs its own.`)
    }
  }
  return keys
}

function readRemote(read: EnvReader): RemoteAddress | null {
  const url = read.url('MOTORHEAD_URL')
  const apiKey = read.key('METAL_API_KEY')
  const clientId = read.key('METAL_CLIENT_ID')
  if (url === undefined) return null
  if (url.search !== '' || url.hash !== '') {
    read.problem('MOTORHEAD_URL holds a "?" or "#": give the address that "/sessions" is added to.')
  }
  return {
    url: withoutTrailingSlash(url.href),
    ...(apiKey !== undefined && { apiKey }),
    ...(clientId !== undefined && { clientId }),
  }
}

/** The key of a Motörhead is of no use without its address. */
function unusedNames(read: EnvReader): string[] {
  const withoutUrl = read.text('MOTORHEAD_URL') === undefined ? ['METAL_API_KEY', 'METAL_CLIENT_ID'] : []
  return withoutUrl.filter((name) => read.text(name) !== undefined)
}
