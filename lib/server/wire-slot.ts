import type { Wire } from '#lib/memory/wire/handler.ts'
import { processSlot } from './process-slot.ts'

/** Handed over when Next starts, as its bundle holds the app; the server in front answers the memory API with it. */
export const wireSlot = processSlot<Wire>('wire')
