import { isReply } from '../index-words.ts'
import type { EmbeddedMessage, EmbeddedSession, Vector } from './embedding-store.ts'
import type { Row } from './rows.ts'
import { type Stretch, standsAt, throughOf } from './search-scope.ts'
import type { SearchScope, SessionRef } from './store.ts'

/** A vector as a database keeps it: 4 bytes a number, little-endian as every machine that Node runs on. */
export const toBytes = (vector: Vector): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)

/** Copied: a driver's bytes need not begin where a number may. */
const toVector = (bytes: Uint8Array): Vector => new Float32Array(Uint8Array.from(bytes).buffer)

/** `path` ends where the scope does. */
export const toEmbedded = (
  row: Row,
  session: SessionRef & { path: Stretch[] },
  scope: SearchScope,
): EmbeddedSession => ({
  ...session,
  path: session.path.map(({ branch, upTo }) => ({ branch, upTo: Math.min(upTo, throughOf(scope)) })),
  key: row.session_key as number,
  count: row.count as number,
  newest: row.newest as number,
})

export const toVectorOf = (row: Row): EmbeddedMessage & { vector: Vector } => ({
  ...standsAt(row),
  seq: row.message_seq as number,
  createdAt: row.created_at as number,
  isReply: isReply({ role: row.role as string, name: row.name as string | null }),
  vector: toVector(row.vector as Uint8Array),
})
