import { readFile } from 'node:fs/promises'
import { readArchive } from '#lib/memory/archive.ts'
import type { Imported } from '#lib/memory/store/transfer.ts'
import { CommandError, runCommand } from './command.ts'

/** `npm run import -- file [--namespace name]`: all sessions of an export, or none; twice is once. */
const USAGE = 'npm run import -- file [--namespace name]'

await runCommand(USAGE, async ({ argument, namespace, store }) => {
  if (argument === undefined) throw new CommandError(`Use it so: ${USAGE}`)
  const sessions = readArchive(await readText(argument)).map(({ namespace: own, tree }) => {
    const owner = namespace ?? own
    if (owner === null) {
      throw new CommandError(
        `The session "${tree.session.id}" names no owner: say whose it is with --namespace, or import the file in the app.`,
      )
    }
    return { namespace: owner, tree }
  })
  const imported = await store.importSessions(sessions, { jobs: [{ kind: 'compaction', dueAt: Date.now() }] })
  for (const line of report(imported)) console.log(line)
})

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    if (code === 'ERR_STRING_TOO_LONG' || code === 'ERR_FS_FILE_TOO_LARGE')
      throw new CommandError(`"${file}" is too large for one read: export one namespace at a time.`)
    throw new CommandError(`"${file}" cannot be read (${code}).`)
  }
}

function report(imported: Imported[]): string[] {
  const sum = (of: (each: Imported) => number) => imported.reduce((total, each) => total + of(each), 0)
  const sessions = (outcome: Imported['outcome']) => sum((each) => Number(each.outcome === outcome))
  const differing = sum((each) => each.differing)
  return [
    `Sessions: ${sessions('new')} new, ${sessions('grown')} went on, ${sessions('present')} were here already.`,
    `Messages: ${sum((each) => each.added)} added.`,
    ...(differing > 0
      ? [`${differing} messages read differently here and in the file: what is here was kept.`]
      : []),
  ]
}
