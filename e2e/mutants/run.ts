/**
 * `npm run test:mutants [-- WORD]`: seeds each bug of this folder (those that WORD occurs in) into a copy of the sources and
 * runs the ordinary tests on it. A bug that no test notices is a failure, and so is one that can no longer be seeded.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { killAll } from '../process-children.ts'
import { ENGINE_MUTANTS } from './engine-mutants.ts'
import type { Mutant } from './mutant.ts'
import { POSTGRES_MUTANTS } from './postgres-mutants.ts'
import { STORE_MUTANTS } from './store-mutants.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Random histories of the property test: enough to meet each of these bugs. */
const PROPERTY_RUNS = '150'
/** For all of the tests, without a bug, on a busy machine. */
const SOUND_MS = 600_000
/** A bug may hang what it hurts, beyond the time limits of the tests. */
const SEEDED_MS = 300_000

/** A race shows itself in most runs, not in all: a bug counts as missed when this many runs saw nothing of it. */
const RUNS = 4

type Verdict = 'caught' | 'missed' | 'cannot be seeded' | 'broke the tests'

const word = process.argv[2] ?? ''
const chosen = [...ENGINE_MUTANTS, ...STORE_MUTANTS, ...POSTGRES_MUTANTS].filter(({ bug, file }) =>
  `${bug} ${file}`.includes(word),
)
const copy = mkdtempSync(join(tmpdir(), 'motorhead-chat-mutants-'))
try {
  process.exitCode = (await tryAll()) ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

async function tryAll(): Promise<boolean> {
  copySources()
  const sound = await runTests([...new Set(chosen.flatMap(({ tests }) => tests))], SOUND_MS)
  if (sound.failed !== 0 || sound.passed === 0) {
    const by = sound.first ?? (sound.failed > 0 ? 'their time limit' : 'no report')
    console.log(`FAILED: the tests fail without any seeded bug, so they can tell nothing: ${by}`)
    return false
  }
  const verdicts: Verdict[] = []
  for (const mutant of chosen) {
    const started = performance.now()
    const { verdict, by } = await tryOne(mutant)
    verdicts.push(verdict)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const how = by === undefined ? '' : `, by "${by}"`
    console.log(
      `${verdict === 'caught' ? 'ok    ' : 'FAILED'} ${verdict}${how}: ${mutant.bug} (${mutant.file}, ${seconds} s)`,
    )
  }
  const caught = verdicts.filter((verdict) => verdict === 'caught').length
  console.log(`${caught} of ${chosen.length} seeded bugs caught by the ordinary tests`)
  return caught === chosen.length && caught > 0
}

async function tryOne({ file, find, replace, tests }: Mutant): Promise<{ verdict: Verdict; by?: string }> {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(find).length !== 2) return { verdict: 'cannot be seeded' }
  writeFileSync(
    path,
    source.replace(find, () => replace),
  )
  try {
    for (let run = 1; run <= RUNS; run++) {
      const { failed, passed, first } = await runTests(tests, SEEDED_MS)
      if (failed > 0) return { verdict: 'caught', by: first ?? 'its time limit' }
      if (passed === 0) return { verdict: 'broke the tests' }
    }
    return { verdict: 'missed' }
  } finally {
    writeFileSync(path, source)
  }
}

/** What hangs is counted as failed: somebody would notice. */
async function runTests(
  files: string[],
  limitMs: number,
): Promise<{ passed: number; failed: number; first?: string }> {
  // Where vitest.config.ts has it written.
  const report = join(copy, 'test-results/unit.json')
  rmSync(report, { force: true })
  const child = spawn(join(ROOT, 'node_modules/.bin/vitest'), ['run', ...files, '--bail', '1'], {
    cwd: copy,
    env: { ...process.env, PROPERTY_RUNS },
    stdio: 'ignore',
  })
  let isLate = false
  const limit = setTimeout(() => {
    isLate = true
    // Asked to end, vitest would leave the database of its tests behind.
    void killAll(child)
  }, limitMs)
  await once(child, 'exit')
  clearTimeout(limit)
  if (isLate) return { passed: 0, failed: 1 }
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
    const first = tests.find(({ status }) => status === 'failed')?.fullName
    return { passed: numPassedTests, failed: numFailedTests, ...(first !== undefined && { first }) }
  } catch {
    return { passed: 0, failed: 0 }
  }
}

/** Of the JSON report of vitest. */
type Report = {
  numPassedTests: number
  numFailedTests: number
  testResults: { assertionResults: { status: string; fullName: string }[] }[]
}

function copySources(): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  for (const file of listed.split('\0').filter((name) => /\.(?:[cm]?[jt]sx?|json)$/u.test(name))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(ROOT, file), join(copy, file))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
}
