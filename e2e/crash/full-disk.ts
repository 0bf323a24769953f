import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createVictim, type Victim } from './child.ts'
import { type Crowd, createCrowd } from './crowd.ts'
import { inspect, inspectAtRest } from './inspect.ts'
import type { Problem } from './ledger.ts'
import { createSqlitePlace } from './place.ts'
import { createRandom } from './random.ts'
import { type Outcome, type Setting, totals } from './scenarios.ts'

const DISK = '8m'
const BALLAST_BYTES = 3 * 1024 * 1024
const REFUSALS = 12
const FILL_MS = 60_000

/**
 * A disk of 8 MB that runs full while people write, a kill while it is full, and room again. The process stays up, says
 * what is wrong, and takes nothing that it cannot keep. `null`, and why, where no small disk can be mounted.
 */
export async function fillDisk(setting: Setting): Promise<Outcome | string> {
  const disk = mkdtempSync(join(tmpdir(), 'motorhead-chat-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk], { stdio: 'pipe' })
  } catch {
    rmSync(disk, { recursive: true })
    return 'a small disk cannot be mounted here (it takes root)'
  }
  const random = createRandom(setting.seed)
  const place = createSqlitePlace(disk)
  const victim = await createVictim('lean', () => place.env)
  const paragraph = () => `${'lorem ipsum dolor sit amet '.repeat(random.int(20, 600))}`
  const crowd = createCrowd({ random, url: () => victim.url, filler: paragraph })
  const problems: Problem[] = []
  const starts: number[] = []
  const ballast = join(disk, 'ballast')
  const bring = async () => {
    const ms = await victim.start()
    if (ms !== null) starts.push(ms)
  }
  try {
    writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 1))
    await bring()
    await crowd.meet()
    await writeUntilRefused(crowd, REFUSALS)
    problems.push(
      ...(await checkRefusals(crowd, victim)),
      ...(await inspect(place, crowd.conversations('all'))),
    )

    await victim.kill()
    setting.onKill(1)
    await bring()
    await writeUntilRefused(crowd, crowd.refusals.length + REFUSALS)
    problems.push(...(await checkRefusals(crowd, victim)))

    rmSync(ballast)
    const before = totals(crowd).acknowledged
    await writeUntil(crowd, () => totals(crowd).acknowledged > before + 5)
    if (totals(crowd).acknowledged === before)
      problems.push({ kind: 'unknown', what: 'with room again nothing is taken' })
    await victim.kill()
    setting.onKill(2)
    await bring()
    problems.push(...(await inspectAtRest(place)), ...(await inspect(place, crowd.conversations('all'))))
  } finally {
    await victim.kill()
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  }
  return {
    name: `disk full (${DISK}, ${crowd.refusals.length} refusals)`,
    kills: 2,
    ...totals(crowd),
    problems,
    starts,
  }
}

const writeUntilRefused = (crowd: Crowd, refusals: number) =>
  writeUntil(crowd, () => crowd.refusals.length >= refusals)

async function writeUntil(crowd: Crowd, isEnough: () => boolean): Promise<void> {
  crowd.start()
  for (const until = Date.now() + FILL_MS; Date.now() < until && !isEnough(); ) await sleep(20)
  await crowd.stop()
}

/** Full is a sentence with a code of its own, and reading goes on. */
async function checkRefusals(crowd: Crowd, victim: Victim): Promise<Problem[]> {
  const problems: Problem[] = []
  const other = crowd.refusals.filter(({ code }) => code !== 'storage')
  if (crowd.refusals.length < REFUSALS) problems.push({ kind: 'unknown', what: 'the disk did not run full' })
  if (other.length > 0) problems.push({ kind: 'unknown', what: `refused as ${JSON.stringify(other[0])}` })
  if (!victim.isRunning()) problems.push({ kind: 'unknown', what: `the process ended: ${victim.output()}` })
  else {
    const status = await crowd.read(victim.url)
    if (status !== 200)
      problems.push({
        kind: 'unknown',
        what: `reading a conversation while the disk is full answers ${status}`,
      })
  }
  return problems
}
