import { randomUUID } from 'node:crypto'
import type { ApiErrorCode } from '#lib/chat/types.ts'
import type { LimitReached, MemoryError, MemoryErrorCode } from '#lib/memory/errors.ts'
import { limitRefusal } from './limits.ts'

/** A refusal as it goes to the browser: the message is a sentence for the person and holds nothing of their input. */
export class HttpError extends Error {
  readonly status: number
  readonly code: ApiErrorCode
  readonly retryAfterSeconds: number | undefined
  /** Stands in the message and in the log, so that one is found from the other. */
  readonly reference: string | undefined

  constructor(
    status: number,
    code: ApiErrorCode,
    message: string,
    options: ErrorOptions & { retryAfterSeconds?: number; reference?: string } = {},
  ) {
    super(message, options)
    this.name = 'HttpError'
    this.status = status
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
    this.reference = options.reference
  }
}

/** What is absent and what belongs to somebody else get this one answer. */
export function notFound(): HttpError {
  return fromMemory('not-found')
}

/** The refusal for anything thrown; what nobody expected becomes `internal`, with the error as its cause. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error
  // By name: Next bundles routes and instrumentation apart, so one class can exist twice in a process.
  if (error instanceof Error && error.name === 'MemoryError' && isMemoryCode(error)) {
    return isLimitReached(error) ? fromLimit(error) : fromMemory(error.code, error)
  }
  if (error instanceof Error && error.name === 'ConfigError') {
    return new HttpError(
      503,
      'internal',
      'The server is not set up correctly; its log says what to change.',
      {
        cause: error,
      },
    )
  }
  const reference = randomUUID().slice(0, 8)
  return new HttpError(
    500,
    'internal',
    `Something went wrong on the server. Try again; its log says more under ${reference}.`,
    { cause: error, reference },
  )
}

type Answer = { status: number; code: ApiErrorCode; message: string; retryAfterSeconds?: number }

const MEMORY_ANSWERS: Record<MemoryErrorCode, Answer> = {
  'not-found': { status: 404, code: 'not-found', message: 'There is no such conversation.' },
  conflict: {
    status: 409,
    code: 'conflict',
    message: 'This was changed elsewhere meanwhile. Reload the conversation and try again.',
  },
  'too-many-runs': {
    status: 429,
    code: 'too-many',
    message: 'Too many replies are being written at once. Wait for one to finish, or stop one.',
    retryAfterSeconds: 5,
  },
  'no-model': {
    status: 409,
    code: 'conflict',
    message: 'A language model made this, and none is connected to make it anew. It stays as it is.',
  },
  'limit-reached': { status: 429, code: 'too-many', message: 'That is too much. Try again later.' },
  'storage-full': {
    status: 507,
    code: 'storage',
    message: 'The disk of the database is full, so nothing was saved. Free some space there and try again.',
  },
  'storage-busy': {
    status: 503,
    code: 'storage',
    message: 'The database is busy or locked, so nothing was saved. Try again in a moment.',
    retryAfterSeconds: 2,
  },
  'storage-unavailable': {
    status: 503,
    code: 'storage',
    message:
      'The database cannot be reached or written at the moment. On the server, npm run doctor says why.',
  },
  'storage-damaged': {
    status: 503,
    code: 'storage',
    message: 'The database is damaged. Stop the server, put a backup back, and start it again.',
  },
}

function fromMemory(memoryCode: MemoryErrorCode, cause?: unknown): HttpError {
  const { status, code, message, retryAfterSeconds } = MEMORY_ANSWERS[memoryCode]
  return new HttpError(status, code, message, { cause, retryAfterSeconds })
}

function fromLimit(reached: LimitReached): HttpError {
  const { message, retryAfterSeconds } = limitRefusal(reached)
  return new HttpError(429, 'too-many', message, { cause: reached, retryAfterSeconds })
}

const isLimitReached = (error: MemoryError): error is LimitReached => error.code === 'limit-reached'

function isMemoryCode(error: Error): error is MemoryError {
  return 'code' in error && typeof error.code === 'string' && Object.hasOwn(MEMORY_ANSWERS, error.code)
}
