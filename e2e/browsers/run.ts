import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import build from '../build.ts'
import { findFirefox, findWebKit, versionOf } from './engines.ts'
import { BEYOND_PLAYWRIGHT } from './left-out.ts'
import { runGoals } from './webkit-goals.ts'

/** `npm run test:browsers`: the engines beside Chromium that are on this machine, and plainly those that are not. */
const root = fileURLToPath(new URL('../..', import.meta.url))
const engines = [findFirefox(), findWebKit()]

for (const engine of engines) {
  if (engine.by === null) console.log(`${engine.name}: ${engine.why}.`)
  else if (engine.by === 'webdriver')
    console.log(
      `${engine.name}: ${versionOf(engine.from)} by its WebDriver, which Playwright does not speak: a person's most important goals.`,
    )
  else
    console.log(
      `${engine.name}: ${versionOf(engine.from)}, the end-to-end tests${leftOut(engine.installed)}.`,
    )
}

function leftOut(installed: boolean): string {
  const { length } = BEYOND_PLAYWRIGHT
  const reasons = [...new Set(BEYOND_PLAYWRIGHT.map(({ why }) => why))].join(', ')
  return installed ? `, but ${length} that cannot be done in an installed one: ${reasons}` : ''
}

build()
let failed = false
if (engines.some(({ by }) => by === 'playwright')) {
  const { status } = spawnSync(
    'playwright',
    ['test', '-c', 'e2e/browsers/playwright.config.ts', ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit' },
  )
  failed = status !== 0
}
for (const engine of engines) {
  // Also when the other engine has failed: each is told of as a whole.
  if (engine.by === 'webdriver' && !(await runGoals(engine.programs))) failed = true
}
const absent = engines.filter(({ by }) => by === null).map(({ name }) => name)
if (absent.length > 0) console.log(`Not run, as it is not there: ${absent.join(', ')}.`)
process.exitCode = failed ? 1 : 0
