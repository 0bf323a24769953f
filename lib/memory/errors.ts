/**
 * What can go wrong in memory, as a caller can act on it.
 * - `not-found`: the session or message is absent, or belongs to another namespace (the same answer on purpose)
 * - `conflict`: an id is already used with other content, or the row changed meanwhile
 * - `too-many-runs`: the namespace already has as many replies in progress as it may
 * - `no-model`: only a language model can do it, and none is connected
 * - `limit-reached`: an allowance is spent; the error is a `LimitReached`
 * - `storage-full`: the disk or quota is full; nothing was written
 * - `storage-busy`: the database stayed locked past its timeout; nothing was written
 * - `storage-damaged`: the database file is damaged or not a database
 * - `storage-unavailable`: the database cannot be opened, read or written for another reason; nothing was written
 */
export type MemoryErrorCode =
  | 'not-found'
  | 'conflict'
  | 'too-many-runs'
  | 'no-model'
  | 'limit-reached'
  | 'storage-full'
  | 'storage-busy'
  | 'storage-damaged'
  | 'storage-unavailable'

export class MemoryError extends Error {
  readonly code: MemoryErrorCode

  constructor(code: MemoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MemoryError'
    this.code = code
  }
}

/** Nothing was written: one of the allowances that the work needs is spent. */
export class LimitReached extends MemoryError {
  /** The name of that allowance. */
  readonly allowance: string
  readonly retryAfterMs: number

  constructor(allowance: string, retryAfterMs: number) {
    super('limit-reached', 'So many are allowed in a while, and no more. Try again later.')
    this.allowance = allowance
    this.retryAfterMs = retryAfterMs
  }
}
