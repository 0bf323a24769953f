import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { writeArchive } from '#lib/memory/archive.ts'
import { CommandError, runCommand } from './command.ts'

/** `npm run export -- [file] [--namespace name]`: every session into one JSON file; `-` writes to the terminal. */
await runCommand('npm run export -- [file] [--namespace name]', async ({ argument, namespace, store }) => {
  const parts = () => Readable.from(writeArchive(store, { at: Date.now(), ...(namespace && { namespace }) }))
  if (argument === '-') return pipeline(parts(), process.stdout, { end: false })
  const file = argument ?? `motorhead-chat-${new Date().toISOString().slice(0, 10)}.json`
  await writeWhole(file, parts())
  console.log(`Exported to ${file}. It holds everything that was said: keep it as you keep the data folder.`)
})

/** The file appears whole or not at all, readable by its owner only. */
async function writeWhole(file: string, parts: Readable): Promise<void> {
  const draft = `${file}.${process.pid}.part`
  try {
    await pipeline(parts, createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true }))
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^E[A-Z]+$/u.test(code)) throw error
    throw new CommandError(`"${file}" cannot be written (${code}).`)
  }
}
