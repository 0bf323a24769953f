import 'server-only'
import { app, rim } from './app.ts'
import { errorFields, log } from './log.ts'

/** Opens the app and never throws: a server that answers "the disk is full" is worth more than none. */
export async function openAtStart(): Promise<void> {
  try {
    const { unused } = rim().config
    if (unused.length > 0) log('warn', 'not-used-yet', { variables: unused })
    await app()
  } catch (error) {
    // Before any request, an error can hold nothing that a person wrote, and these are sentences for the operator.
    const told =
      error instanceof Error && /^(Memory|Config)Error$/.test(error.name) ? error.message : undefined
    log('error', 'open-failed', { ...errorFields(error), problem: told })
  }
}
