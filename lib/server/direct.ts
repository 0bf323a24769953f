import type { Asked } from './asked.ts'
import { processSlot } from './process-slot.ts'

/** Answers a request by what Next bundled, without a way through Next. */
export type DirectHandler = (request: Asked) => Promise<Response>

/** The handler for a path, or `null` when Next is to answer it. */
export type DirectRoutes = (method: string, path: string) => DirectHandler | null

/** Handed over when Next starts, as its bundle holds the handlers; the server in front asks it first. */
export const directRoutes = processSlot<DirectRoutes>('direct-routes')
