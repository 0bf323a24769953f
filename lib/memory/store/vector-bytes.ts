import type { Vector } from './embedding-store.ts'

/** A vector as a database keeps it: 4 bytes a number, little-endian as every machine that Node runs on. */
export const toBytes = (vector: Vector): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)

/** Copied: a driver's bytes need not begin where a number may. */
export const toVector = (bytes: Uint8Array): Vector => new Float32Array(Uint8Array.from(bytes).buffer)
