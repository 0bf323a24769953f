import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from './config-error.ts'

const SECRET_FILE = 'session-secret'
const MIN_SECRET_LENGTH = 32

/** Creates the data folder, readable by its owner only, and answers its path. */
export function prepareDataDir(dataDir: string): string {
  try {
    const created = mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    // A folder that was there before keeps its owner's choice; ours is closed whatever the umask says.
    if (created !== undefined) chmodSync(dataDir, 0o700)
    if (!statSync(dataDir).isDirectory()) throw new Error('it is a file')
  } catch (error) {
    throw new ConfigError([
      `DATA_DIR "${dataDir}" cannot be used as a folder (${reason(error)}): make it writable for this user, or set DATA_DIR to a folder that is.`,
    ])
  }
  return dataDir
}

/**
 * The secret that seals cookies when SESSION_SECRET is unset: made once and kept in the data folder with mode 0600.
 * Processes that start at the same moment agree on one.
 */
export function sessionSecretOf(dataDir: string): string {
  prepareDataDir(dataDir)
  const path = join(dataDir, SECRET_FILE)
  try {
    return readSecret(path) ?? createSecret(path)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError([
      `DATA_DIR "${dataDir}" cannot keep the generated session secret (${reason(error)}): make it writable for this user, or set SESSION_SECRET.`,
    ])
  }
}

function readSecret(path: string): string | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  if (text.length >= MIN_SECRET_LENGTH) return text
  throw new ConfigError([
    `The generated session secret in "${path}" is damaged (${text.length} characters): delete that file to have a new one made (everyone is then signed out), or set SESSION_SECRET.`,
  ])
}

function createSecret(path: string): string {
  const secret = randomBytes(48).toString('base64url')
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    // A link either appears with its whole content or fails because another process was first.
    linkSync(draft, path)
    return secret
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return readSecret(path) ?? secret
  } finally {
    unlinkSync(draft)
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function reason(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : 'unknown reason')
}
