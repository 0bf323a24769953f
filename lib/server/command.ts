import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ArchiveError } from '#lib/memory/archive.ts'
import { MemoryError } from '#lib/memory/errors.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { loadConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { prepareDataDir } from './data-dir.ts'
import { loadEnvFiles } from './env-files.ts'
import { openStore } from './open-store.ts'

/** A refusal that is told to the operator as it stands. */
export class CommandError extends Error {}

export type CommandInput = { argument: string | undefined; namespace: string | undefined; store: Store }

/**
 * Runs a command of the terminal over the store of this installation, which may be in use by a running server. Prints a
 * sentence and exits with 1 when it cannot be done.
 */
export async function runCommand(usage: string, work: (input: CommandInput) => Promise<void>): Promise<void> {
  try {
    const { argument, namespace } = readArguments(usage)
    loadEnvFiles(join(import.meta.dirname, '..', '..'))
    const config = loadConfig()
    prepareDataDir(config.dataDir)
    const store = await openStore(config)
    try {
      await work({ argument, namespace, store })
    } finally {
      await store.close()
    }
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exitCode = 1
  }
}

function readArguments(usage: string): { argument: string | undefined; namespace: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { namespace: { type: 'string' } },
    })
    if (positionals.length > 1 || values.namespace === '') throw new CommandError(usage)
    return { argument: positionals[0], namespace: values.namespace }
  } catch {
    throw new CommandError(`Use it so: ${usage}`)
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n')
  const isTold = [CommandError, ArchiveError, MemoryError].some((known) => error instanceof known)
  if (isTold) return (error as Error).message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
