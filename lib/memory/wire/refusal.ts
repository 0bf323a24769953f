import type { MemoryErrorCode } from '../errors.ts'
import { WireRefusal } from './call.ts'

const STATUS: Record<MemoryErrorCode, [status: number, message: string]> = {
  'not-found': [404, 'There is no such session.'],
  conflict: [409, 'This was changed elsewhere meanwhile. Read it again and retry.'],
  'too-many-runs': [429, 'Too much is going on at once. Try again in a moment.'],
  'no-model': [409, 'Only a language model can do this, and none is connected.'],
  'limit-reached': [429, 'That is too much in a short time. Try again later.'],
  'storage-full': [507, 'The disk of the memory server is full, so nothing was saved.'],
  'storage-busy': [
    503,
    'The database is locked by another program, so nothing was saved. Try again in a moment.',
  ],
  'storage-damaged': [503, 'The database of the memory server is damaged.'],
  'storage-unavailable': [503, 'The database of the memory server cannot be opened or written.'],
}

/** The refusal for anything thrown. By name: the server and Next can each have a copy of a class in one process. */
export function refusalOf(error: unknown): WireRefusal {
  if (error instanceof Error && error.name === 'WireRefusal') return error as WireRefusal
  const code = error instanceof Error && error.name === 'MemoryError' && 'code' in error ? error.code : null
  if (typeof code === 'string' && Object.hasOwn(STATUS, code)) {
    const [status, message] = STATUS[code as MemoryErrorCode]
    return new WireRefusal(status, message, status === 503 ? { 'retry-after': '2' } : {})
  }
  return new WireRefusal(500, 'Something went wrong in the memory server. Try again; its log says more.')
}
