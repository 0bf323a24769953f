import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeLlm } from '../fake-llm.ts'
import { createVictim, type Program, type Victim } from './child.ts'
import { type Conversation, type Crowd, createCrowd } from './crowd.ts'
import { inspect, inspectAtRest } from './inspect.ts'
import type { Problem } from './ledger.ts'
import { createPostgresPlace, createSqlitePlace, type Place } from './place.ts'
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

type Options = {
  program?: Program
  /** That serve one place. */
  processes?: number
  clockJumps?: boolean
  store?: 'sqlite' | 'postgres'
  /** Each time. `database`: Postgres, with every process of it; the app lives on. */
  dies?: 'app' | 'database' | 'both'
}

/** What is killed and started again. */
type Mortal = Pick<Victim, 'start' | 'kill'>

/** Kill −9 again and again while people write. */
export async function killUnderLoad(
  name: string,
  kills: number,
  setting: Setting,
  { program = 'lean', processes = 1, clockJumps = false, store = 'sqlite', dies = 'app' }: Options = {},
): Promise<Outcome> {
  const random = createRandom(setting.seed)
  const place = await (store === 'postgres' ? createPostgresPlace() : createSqlitePlace())
  const environment = () => ({
    ...place.env,
    // Without a model replies come slowly, word by word; with one, as fast as HTTP is.
    ...(random.chance(0.5) && { OPENAI_BASE_URL: setting.llm.baseUrl, CHAT_MODEL: 'fake' }),
    ...(clockJumps && { CRASH_CLOCK: String(random.int(0, 1e9)) }),
  })
  const victims = await Promise.all(
    Array.from({ length: processes }, () => createVictim(program, environment)),
  )
  const crowd = createCrowd({
    random,
    url: () => random.pick(victims).url,
    refusalsAreMaybes: dies !== 'app',
  })
  const problems: Problem[] = []
  const starts: number[] = []
  const bring = async (mortal: Mortal) => {
    const ms = await mortal.start()
    if (ms !== null) starts.push(ms)
  }
  const choose = (): Mortal[] => [
    ...(dies !== 'app' && place.database ? [place.database] : []),
    ...(dies !== 'database' ? [random.pick(victims)] : []),
  ]
  let done = 0
  try {
    await Promise.all(victims.map(bring))
    await crowd.meet()
    while (done < kills && problems.length < ENOUGH_PROBLEMS) {
      const dying = choose()
      await dieUnderLoad(dying, crowd, random)
      setting.onKill(++done)
      // Who lives on meets a dead database, and then one that is back.
      if (dies === 'app') await crowd.stop()
      if (random.chance(KILLED_AT_START) && done < kills) {
        await dieWhileStarting(dying, random)
        setting.onKill(++done)
      }
      await Promise.all(dying.map(bring))
      if (dies !== 'app') await sleep(random.int(0, 300))
      await crowd.stop()
      problems.push(...(await inspect(place, crowd.conversations('touched'))))
    }
    // Time is right again for what is still to be done.
    for (const victim of clockJumps ? victims : []) await victim.kill()
    for (const victim of clockJumps ? victims : []) await victim.start({ CRASH_CLOCK: '' })
    problems.push(...(await restOf(place, crowd, victims)))
  } finally {
    await Promise.all(victims.map((victim) => victim.kill()))
    await place.remove()
  }
  problems.push(...checkTaken(crowd))
  return { name, kills: done, ...totals(crowd), problems, starts }
}

/** Nobody did anything wrong, and each kind of client got through: a crowd that is sent away loses nothing and proves nothing. */
function checkTaken(crowd: Crowd): Problem[] {
  const { acknowledged, byPrograms } = totals(crowd)
  const wrong = crowd.refusals.find(({ status }) => status < 500)
  return [
    ...(wrong ? [`refused as ${JSON.stringify(wrong)}`] : []),
    ...(acknowledged === byPrograms ? ['no message of a chat was acknowledged'] : []),
    ...(byPrograms === 0 ? ['no message of a program was acknowledged'] : []),
  ].map((what) => ({ kind: 'unknown', what }))
}

async function restOf(place: Place, crowd: Crowd, victims: Victim[]): Promise<Problem[]> {
  const nudge = async () => {
    for (const { url } of place.database ? victims : []) await crowd.read(url)
  }
  return [...(await inspectAtRest(place, nudge)), ...(await inspect(place, crowd.conversations('all')))]
}

/** All at one moment. The crowd goes on. */
async function dieUnderLoad(dying: Mortal[], crowd: Crowd, random: Random): Promise<void> {
  const dead = Promise.withResolvers<void>()
  let isDying = false
  const die = () => {
    // Who lives on goes on acknowledging.
    if (isDying) return
    isDying = true
    killAll(dying).then(() => dead.resolve(), dead.reject)
  }
  const atAck = random.chance(KILLED_AT_ACK) ? random.int(1, 20) : Number.POSITIVE_INFINITY
  let acks = 0
  crowd.start(() => {
    if (++acks === atAck) die()
  })
  // Should the acknowledgements not come, time decides after all.
  const timer = setTimeout(die, atAck === Number.POSITIVE_INFINITY ? random.int(0, 300) : 3000)
  await dead.promise
  clearTimeout(timer)
}

async function dieWhileStarting(dying: Mortal[], random: Random): Promise<void> {
  const starting = dying.map((mortal) => mortal.start())
  await sleep(random.int(0, 800))
  await killAll(dying)
  await Promise.all(starting)
}

const killAll = (dying: Mortal[]) => Promise.all(dying.map((mortal) => mortal.kill()))

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
