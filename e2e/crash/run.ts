/**
 * `npm run test:crash -- --kills 1000 --full 60 --postgres 200 --seed 7 --report`: kills the server without warning while people
 * write, and compares what it acknowledged with what it holds after the restart; then the same over Postgres, which is
 * killed, too. A short run without arguments; 0 leaves a part out; `--report` writes RELIABILITY.md.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import build from '../build.ts'
import { startFakeLlm } from '../fake-llm.ts'
import { postgresVersion } from '../postgres-server.ts'
import { fillDisk } from './full-disk.ts'
import { formatReport } from './report.ts'
import { killSideBySide, type Outcome, type Setting } from './scenarios.ts'

const REPORT = fileURLToPath(new URL('../../RELIABILITY.md', import.meta.url))
const PROGRESS_EVERY = 25

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    full: { type: 'string', default: '2' },
    postgres: { type: 'string', default: '6' },
    worlds: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    report: { type: 'boolean', default: false },
  },
})
const kills = Number(values.kills)
const worlds = Number(values.worlds)
const seed = Number(values.seed)
const few = Math.ceil(kills / 10)
const onPostgres = Math.ceil(Number(values.postgres) / 3)
const llm = await startFakeLlm()
const outcomes: Outcome[] = []
const notices: string[] = []

console.log(
  `Seed ${seed}: ${kills} kills of one process, ${few} each of two on one file and with a jumping clock`,
)
if (kills > 0) {
  await play('kill −9 under load', (setting, name) => killSideBySide(worlds, name, kills, setting))
  await play('two processes on one file', (setting, name) =>
    killSideBySide(worlds, name, few, setting, { processes: 2 }),
  )
  await play('the clock jumps by up to two days', (setting, name) =>
    killSideBySide(worlds, name, few, setting, { clockJumps: true }),
  )
  await play('disk full', fillDisk)
}
if (Number(values.full) > 0) {
  build()
  await play('kill −9 of the whole server', (setting, name) =>
    killSideBySide(worlds, name, Number(values.full), setting, { program: 'full' }),
  )
}
if (onPostgres > 0) {
  const kinds = {
    'two processes over Postgres, which is killed': 'database',
    'two processes over Postgres, one killed': 'app',
    'two processes over Postgres, one killed with it': 'both',
  } as const
  for (const [name, dies] of Object.entries(kinds))
    await play(name, (setting) =>
      killSideBySide(worlds, name, onPostgres, setting, { store: 'postgres', processes: 2, dies }),
    )
}
await llm.close()

const problems = outcomes.flatMap((outcome) => outcome.problems)
const total = outcomes.reduce((sum, outcome) => sum + outcome.kills, 0)
console.log(
  `${total} kills, ${problems.length} problems${notices.map((notice) => `\nSKIPPED: ${notice}`).join('')}`,
)
if (values.report)
  writeFileSync(
    REPORT,
    formatReport({
      outcomes,
      notices,
      seed,
      postgres: `PostgreSQL ${postgresVersion().replace(/-.*/u, '')}`,
      command: `npm run test:crash -- ${process.argv.slice(2).join(' ')}`,
    }),
  )
process.exit(problems.length === 0 && total > 0 ? 0 : 1)

async function play(
  name: string,
  scenario: (setting: Setting, name: string) => Promise<Outcome | string>,
): Promise<void> {
  const started = Date.now()
  const onKill = (done: number) => {
    if (done % PROGRESS_EVERY === 0)
      console.log(`  ${name}: ${done} kills, ${Math.round((Date.now() - started) / 1000)} s`)
  }
  const outcome = await scenario({ seed: seed + outcomes.length, llm, onKill }, name)
  if (typeof outcome === 'string') {
    notices.push(`${name}: ${outcome}`)
    return
  }
  outcomes.push(outcome)
  const { kills, acknowledged, replies, problems } = outcome
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${kills} kills, ${acknowledged} messages acknowledged (${outcome.byPrograms} of programs), ${replies} replies seen whole`,
  )
  for (const { kind, what } of problems) console.log(`       ${kind}: ${what}`)
}
