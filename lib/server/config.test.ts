import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig, sessionSecrets } from './config.ts'
import { ConfigError } from './config-error.ts'
import type { Env } from './env-reader.ts'

const GOOD_SECRET = 'vN3xq8Lr2TzW0bKc5YhDf7MjPa1sEu9g'

function problemsOf(env: Env): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      publicOrigin: null,
      https: false,
      vercel: false,
      configuredSecrets: [],
      memory: {
        maxWindowSize: 12,
        longTerm: true,
        backgroundTokensPerDay: 10_000_000,
        backgroundTokensPerPerson: 1_000_000,
      },
      verbose: false,
      unused: [],
    })
    expect(config.models).toMatchObject({ gateway: false, ollamaUrl: 'http://127.0.0.1:11434' })
  })

  it('takes blank for unset', () => {
    expect(readConfig({ PORT: ' ', OPENAI_API_KEY: '' }).port).toBe(3000)
  })

  it.each([
    ['PORT', 'abc', 'PORT is "abc": use a whole number from 0 to 65535.'],
    ['PORT', '70000', 'PORT is "70000": use a whole number from 0 to 65535.'],
    ['PORT', '-1', 'PORT is "-1": use a whole number from 0 to 65535.'],
    ['MOTORHEAD_MAX_WINDOW_SIZE', '1', 'use a whole number from 2 to 1000'],
    ['MOTORHEAD_LONG_TERM_MEMORY', 'maybe', 'MOTORHEAD_LONG_TERM_MEMORY is "maybe": use true or false.'],
    ['PUBLIC_URL', 'chat.example.org', 'http:// or https://'],
    ['PUBLIC_URL', 'https://chat.example.org/path', 'give the origin only'],
    ['OPENAI_BASE_URL', 'ftp://x', 'http:// or https://'],
    ['OPENAI_BASE_URL', 'http://name:word@host/v1', 'give the address without them'],
    ['HOST', 'two words', 'HOST is "two words"'],
    ['DATABASE_URL', 'mysql://user:hidden@db/x', 'give a Postgres address like'],
    ['DATABASE_CONNECTIONS', '0', 'use a whole number from 1 to 1000'],
    ['SESSION_SECRET', 'short', 'SESSION_SECRET has 5 characters'],
    ['SESSION_SECRET', 'a'.repeat(40), 'looks like an example'],
    ['SESSION_SECRET', 'change-me-change-me-change-me-change-me', 'looks like an example'],
    ['AZURE_API_KEY', 'k', 'AZURE_API_BASE and AZURE_DEPLOYMENT_ID must be set too'],
  ])('refuses %s=%s with one sentence', (name, value, sentence) => {
    const problems = problemsOf({ [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(sentence)
    expect(problems[0]).toContain(name.split('_')[0])
  })

  it('names every problem at once', () => {
    expect(problemsOf({ PORT: 'x', VERBOSE: 'perhaps', PUBLIC_URL: '::' })).toHaveLength(3)
  })

  it('shows nothing of a secret value', () => {
    const text = problemsOf({
      OPENAI_API_KEY: 'sk-canary with space',
      SESSION_SECRET: 'canary',
      DATABASE_URL: 'mysql://canary@db',
      OPENAI_BASE_URL: 'http://u:canary@host',
    }).join('\n')
    expect(text).not.toContain('canary')
    expect(text).toContain('OPENAI_API_KEY')
  })

  it('requires a database and a secret on Vercel, which keeps no files', () => {
    const text = problemsOf({ VERCEL: '1' }).join('\n')
    expect(text).toContain('DATABASE_URL is not set, and Vercel keeps no files: add a Postgres database')
    expect(text).toContain('SESSION_SECRET is not set')
  })

  it('takes a Postgres by any of its addresses, and few connections where every request may be a process', () => {
    for (const url of ['postgres://u:p@db/x', 'postgresql://u@a:1,b:2/x?sslmode=require', 'postgres://db']) {
      expect(readConfig({ DATABASE_URL: url }).database).toEqual({ url, maxConnections: 10 })
    }
    const onVercel = { VERCEL: '1', SESSION_SECRET: GOOD_SECRET, DATABASE_URL: 'postgres://u:p@db/x' }
    expect(readConfig(onVercel).database?.maxConnections).toBe(3)
    expect(readConfig({}).database).toBeNull()
  })

  it('reads several secrets, newest first', () => {
    const older = GOOD_SECRET.split('').reverse().join('')
    expect(readConfig({ SESSION_SECRET: `${GOOD_SECRET}, ${older}` }).configuredSecrets).toEqual([
      GOOD_SECRET,
      older,
    ])
    expect(problemsOf({ SESSION_SECRET: `${GOOD_SECRET},` })[0]).toContain('number 2 of 2')
  })

  it('keeps the names that Motörhead used', () => {
    const { models, memory, port } = readConfig({
      PORT: '8080',
      OPENAI_API_BASE: 'http://127.0.0.1:9/v1/',
      MOTORHEAD_MODEL: 'small',
      MOTORHEAD_MAX_WINDOW_SIZE: '20',
      MOTORHEAD_LONG_TERM_MEMORY: 'false',
      AZURE_API_KEY: 'azure-key',
      AZURE_API_BASE: 'https://name.openai.azure.com',
      AZURE_DEPLOYMENT_ID: 'chat',
      AZURE_DEPLOYMENT_ID_ADA: 'ada',
    })
    expect(port).toBe(8080)
    expect(memory).toMatchObject({ maxWindowSize: 20, longTerm: false })
    expect(models).toMatchObject({
      openaiBaseUrl: 'http://127.0.0.1:9/v1',
      memoryModel: 'small',
      azure: { apiKey: 'azure-key', deployment: 'chat' },
      azureEmbedding: 'ada',
    })
  })

  it('takes keys of programs by their names, and says which of them is none, and nothing of any', () => {
    const [one, two] = ['0123456789abcdef', 'colons:are:fine:here']
    expect(readConfig({ MOTORHEAD_KEYS: ` team:${one} , web.2:${two},` }).wire).toEqual({
      keys: [
        { name: 'team', key: one },
        { name: 'web.2', key: two },
      ],
      open: false,
    })
    expect(readConfig({ MOTORHEAD_OPEN: '1' }).wire).toEqual({ keys: [], open: true })
    for (const [value, sentence] of [
      [`team:${one.slice(1)}`, 'number 1 of 1) has too short a key: give 16 or more'],
      [`team:${one},other:${one.slice(1)}`, 'number 2 of 2'],
      [`team:${one},team:${two}`, 'has the name or the key of another one'],
      [`team:${one},other:${one}`, 'has the name or the key of another one'],
      [one, 'has no name'],
      [`${one}:team`, 'has too short a key'],
      [`two words:${one}`, 'has no name'],
    ] as const) {
      const problems = problemsOf({ MOTORHEAD_KEYS: value })
      expect(problems, value).toEqual([expect.stringContaining(sentence)])
      expect(problems[0]).not.toContain(one.slice(1))
    }
  })

  it('says which variables have no effect yet', () => {
    expect(readConfig({ METAL_API_KEY: 'k', EMBEDDING_MODEL: 'm' }).unused).toEqual(['METAL_API_KEY'])
  })

  it('takes an existing Motörhead as the memory', () => {
    expect(readConfig({}).remote).toBeNull()
    const { remote, unused } = readConfig({ MOTORHEAD_URL: 'http://x:8080/', METAL_API_KEY: 'k' })
    expect(remote).toEqual({ url: 'http://x:8080', apiKey: 'k' })
    expect(unused).toEqual([])
    expect(readConfig({ MOTORHEAD_URL: 'https://x/k/my-key/' }).remote).toEqual({ url: 'https://x/k/my-key' })
    expect(problemsOf({ MOTORHEAD_URL: 'http://x/?a=1' })).toEqual([expect.stringContaining('MOTORHEAD_URL')])
    const [problem] = problemsOf({ MOTORHEAD_URL: 'ftp://x/k/my-own-secret-key' })
    expect(problem).toContain('MOTORHEAD_URL')
    expect(problem).not.toContain('my-own-secret-key')
  })

  it('reads exactly the variables that .env.example lists', () => {
    const asked = new Set<string>()
    readConfig(
      new Proxy<Env>(
        {},
        {
          get: (_, name) => {
            asked.add(String(name))
          },
        },
      ),
    )
    const listed = [...readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z_]+)=/gm)].map(
      (match) => match[1],
    )
    for (const host of ['NODE_ENV', 'VERCEL']) asked.delete(host)
    expect(listed.sort()).toEqual([...asked].sort())
  })
})

describe('the generated secret', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is made once, for its owner only, in a folder for its owner only', () => {
    const dataDir = join(folder, 'data')
    const config = readConfig({ DATA_DIR: dataDir })
    const [secret] = sessionSecrets(config)
    expect(secret?.length).toBeGreaterThanOrEqual(32)
    expect(sessionSecrets(config)).toEqual([secret])
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(statSync(join(dataDir, 'session-secret')).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataDir)).toEqual(['session-secret'])
  })

  it('is the same for processes that start at once', async () => {
    const dataDir = join(folder, 'data')
    const script = `import { sessionSecretOf } from ${JSON.stringify(join(import.meta.dirname, 'data-dir.ts'))}
      process.stdout.write(sessionSecretOf(process.argv[1]))`
    const starts = Array.from({ length: 6 }, () => run(script, dataDir))
    const secrets = await Promise.all(starts)
    expect(new Set(secrets).size).toBe(1)
    expect(secrets[0]).toHaveLength(64)
  })

  it('is refused, not replaced, when its file is damaged', () => {
    writeFileSync(join(folder, 'session-secret'), 'x')
    expect(() => sessionSecrets(readConfig({ DATA_DIR: folder }))).toThrow(/is damaged .* delete that file/)
  })

  it('gives a sentence when the folder is a file', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => sessionSecrets(readConfig({ DATA_DIR: join(folder, 'file') }))).toThrow(
      /DATA_DIR ".*" cannot be used/,
    )
  })
})

function run(script: string, argument: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, argument])
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  return new Promise((resolve) => child.on('close', () => resolve(output)))
}
