import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeLlm } from '../fake-llm.ts'
import { createVictim, type Program, type Victim } from './child.ts'
import { type Conversation, type Crowd, createCrowd } from './crowd.ts'
import { inspect, inspectAtRest } from './inspect.ts'
import type { Problem } from './ledger.ts'
import { createRandom, type Random } from './random.ts'

export type Outcome = {
  name: string
  kills: number
  sessions: number
  acknowledged: number
  /** Of these, through the memory API. */
  byPrograms: number
  /** Replies whose end a client saw. */
  replies: number
  problems: Problem[]
  /** Milliseconds from the start of a process to its first answer, each. */
  starts: number[]
}

export type Setting = {
  seed: number
  llm: FakeLlm
  onKill: (kills: number) => void
}

/** So many problems are enough to look into. */
const ENOUGH_PROBLEMS = 20
/** A process that is killed before it is ready has got somewhere into its start. */
const KILLED_AT_START = 0.08
/** The moment that tells most: when somebody has just been told that their message is safe. */
const KILLED_AT_ACK = 0.4

/** The same in several worlds side by side, each with its own data and its own seed; their findings in one. */
export async function killSideBySide(
  worlds: number,
  ...[name, kills, setting, options]: Parameters<typeof killUnderLoad>
): Promise<Outcome> {
  let done = 0
  const onKill = () => setting.onKill(++done)
  const outcomes = await Promise.all(
    Array.from({ length: worlds }, (_, world) =>
      killUnderLoad(
        name,
        Math.ceil(kills / worlds),
        { ...setting, seed: setting.seed + world * 1000, onKill },
        options,
      ),
    ),
  )
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, each) => total + of(each), 0)
  return {
    name,
    kills: sum((each) => each.kills),
    sessions: sum((each) => each.sessions),
    acknowledged: sum((each) => each.acknowledged),
    byPrograms: sum((each) => each.byPrograms),
    replies: sum((each) => each.replies),
    problems: outcomes.flatMap((each) => each.problems),
    starts: outcomes.flatMap((each) => each.starts),
  }
}

/** Kill −9 again and again while people write; `processes` of them serve one data folder. */
export async function killUnderLoad(
  name: string,
  kills: number,
  setting: Setting,
  options: { program?: Program; processes?: number; clockJumps?: boolean } = {},
): Promise<Outcome> {
  const { program = 'lean', processes = 1, clockJumps = false } = options
  const random = createRandom(setting.seed)
  const dataDir = mkdtempSync(join(tmpdir(), 'motorhead-chat-crash-'))
  const file = join(dataDir, 'motorhead-chat.db')
  const environment = () => ({
    DATA_DIR: dataDir,
    // Without a model replies come slowly, word by word; with one, as fast as HTTP is.
    ...(random.chance(0.5) && { OPENAI_BASE_URL: setting.llm.baseUrl, CHAT_MODEL: 'fake' }),
    ...(clockJumps && { CRASH_CLOCK: String(random.int(0, 1e9)) }),
  })
  const victims = await Promise.all(
    Array.from({ length: processes }, () => createVictim(program, environment)),
  )
  const crowd = createCrowd({ random, url: () => random.pick(victims).url })
  const problems: Problem[] = []
  const starts: number[] = []
  const bring = async (victim: Victim) => {
    const ms = await victim.start()
    if (ms !== null) starts.push(ms)
  }
  let done = 0
  try {
    await Promise.all(victims.map(bring))
    await crowd.meet()
    while (done < kills && problems.length < ENOUGH_PROBLEMS) {
      const victim = random.pick(victims)
      await dieUnderLoad(victim, crowd, random)
      setting.onKill(++done)
      if (random.chance(KILLED_AT_START) && done < kills) {
        await dieWhileStarting(victim, random)
        setting.onKill(++done)
      }
      await bring(victim)
      problems.push(...(await inspect(file, crowd.conversations('touched'))))
    }
    // Time is right again for what is still to be done.
    for (const victim of clockJumps ? victims : []) await victim.kill()
    for (const victim of clockJumps ? victims : []) await victim.start({ CRASH_CLOCK: '' })
    problems.push(...(await inspectAtRest(file)), ...(await inspect(file, crowd.conversations('all'))))
  } finally {
    await Promise.all(victims.map((victim) => victim.kill()))
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { name, kills: done, ...totals(crowd), problems, starts }
}

async function dieUnderLoad(victim: Victim, crowd: Crowd, random: Random): Promise<void> {
  const dead = Promise.withResolvers<void>()
  const die = () => victim.kill().then(dead.resolve, dead.reject)
  const atAck = random.chance(KILLED_AT_ACK) ? random.int(1, 20) : Number.POSITIVE_INFINITY
  let acks = 0
  crowd.start(() => {
    if (++acks === atAck) die()
  })
  // Should the acknowledgements not come, time decides after all.
  const timer = setTimeout(die, atAck === Number.POSITIVE_INFINITY ? random.int(0, 300) : 3000)
  await dead.promise
  clearTimeout(timer)
  await crowd.stop()
}

async function dieWhileStarting(victim: Victim, random: Random): Promise<void> {
  const starting = victim.start()
  await sleep(random.int(0, 800))
  await victim.kill()
  await starting
}

export function totals(crowd: Crowd): Pick<Outcome, 'sessions' | 'acknowledged' | 'byPrograms' | 'replies'> {
  const conversations = crowd.conversations('all')
  const acknowledged = (those: Conversation[]) =>
    those.flatMap(({ sent }) => sent).filter(({ ackedAt }) => ackedAt !== null).length
  return {
    sessions: conversations.length,
    acknowledged: acknowledged(conversations),
    byPrograms: acknowledged(conversations.filter(({ kind }) => kind === 'program')),
    replies: conversations.flatMap(({ sent }) => sent).filter(({ reply }) => reply.complete).length,
  }
}
