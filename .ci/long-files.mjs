/** Fails when a source file is over the line limit: split it by reason to change. The stores alone may be longer. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const MAX_LINES = 300
const SOURCE = /\.(?:ts|tsx|mjs|css)$/
const STORES = 'lib/memory/store/'

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
const tooLong = files
  .split('\n')
  .filter((file) => SOURCE.test(file) && !file.startsWith(STORES) && existsSync(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > MAX_LINES)

for (const { file, lines } of tooLong) {
  console.error(`${file} has ${lines} lines, and ${MAX_LINES} is the limit: split it by reason to change.`)
}
process.exitCode = tooLong.length > 0 ? 1 : 0
