import { MemoryError, type MemoryErrorCode } from '../../errors.ts'

type Meaning = [MemoryErrorCode, string]

const UNREACHABLE: Meaning = [
  'storage-unavailable',
  'The database server cannot be reached. It is tried again at each request; check that it runs and that DATABASE_URL names it.',
]
const BUSY: Meaning = ['storage-busy', 'The database did not answer in time. Try again in a moment.']
const LOGIN: Meaning = [
  'storage-unavailable',
  'The database server refused the login. Check the user and the password in DATABASE_URL.',
]
const CROWDED: Meaning = [
  'storage-busy',
  'The database server has no connection left. Try again in a moment; a pooler in front of it gives it more.',
]
const FULL: Meaning = [
  'storage-full',
  'The disk of the database is full. Nothing was saved; free some space and try again.',
]
const DAMAGED: Meaning = ['storage-damaged', 'The database is damaged. Restore a backup of it.']

/** SQLSTATE codes (postgresql.org/docs/current/errcodes-appendix.html) and those of the connection, for a person. */
const MEANINGS: Record<string, Meaning> = {
  '3D000': [
    'storage-unavailable',
    'The database that DATABASE_URL names does not exist. Create it, or name another one.',
  ],
  '25006': [
    'storage-unavailable',
    'The database is read-only. Let DATABASE_URL name the primary server, or make this one writable.',
  ],
  '42501': [
    'storage-unavailable',
    'The user in DATABASE_URL may not do this in the database. Grant it CREATE on the database.',
  ],
  '28000': LOGIN,
  '28P01': LOGIN,
  '53100': FULL,
  '53200': ['storage-unavailable', 'The database server is out of memory. Give it more, and try again.'],
  '53300': CROWDED,
  '53400': CROWDED,
  '40001': BUSY,
  '40P01': BUSY,
  '55P03': BUSY,
  '57014': BUSY,
  '25P03': BUSY,
  '25P04': BUSY,
  '57P01': UNREACHABLE,
  '57P02': UNREACHABLE,
  '57P03': UNREACHABLE,
  '57P05': UNREACHABLE,
  '58030': ['storage-unavailable', 'The disk of the database failed. Check it and its space.'],
  XX001: DAMAGED,
  XX002: DAMAGED,
  CONNECT_TIMEOUT: UNREACHABLE,
  CONNECTION_CLOSED: UNREACHABLE,
  CONNECTION_DESTROYED: UNREACHABLE,
  CONNECTION_ENDED: UNREACHABLE,
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EPIPE: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ENOENT: UNREACHABLE,
  SELF_SIGNED_CERT_IN_CHAIN: [
    'storage-unavailable',
    'The certificate of the database server is not trusted. Add sslmode=require to DATABASE_URL to use it unchecked.',
  ],
}

const codeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  return typeof code === 'string' ? code : ''
}

/** Class 08: connection exceptions. */
const meaningOf = (code: string): Meaning | undefined =>
  MEANINGS[code] ?? (code.startsWith('08') ? UNREACHABLE : undefined)

/** What a person can act on, without address, user or password; errors that are no fault of the database as they are. */
export function toStorageError(error: unknown): unknown {
  const meaning = error instanceof MemoryError ? undefined : meaningOf(codeOf(error))
  return meaning ? new MemoryError(meaning[0], meaning[1], { cause: error }) : error
}

/** Two transactions were in each other's way, and this one was taken back: the same again may well succeed. */
export const isCollision = (error: unknown) => ['40001', '40P01'].includes(codeOf(error))

/** The connection is gone, or there was none: whatever it had not committed is taken back. */
export const isConnectionLost = (error: unknown) => meaningOf(codeOf(error)) === UNREACHABLE
