import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Defect, startDefectiveServer } from './defective.fake.ts'
import { examine } from './examine.ts'
import { type Pace, quiet } from './losses.ts'
import { type SlowModel, startSlowModel } from './slow-model.ts'

const TIMEOUT_MS = 180_000
/** Below the patience of the tool's client. */
const HOLD_MS = 14_000
/** Of a server that asks the model in the end, however busy the machine is. */
const START_MS = 60_000
/** Of one that asks it not at all, or only after what nobody does before. */
const NEVER_MS = 500

async function openModel() {
  const model = await startSlowModel(0)
  onTestFinished(() => void model.close())
  return model
}

/** Nothing is timed: a fake says itself when it is done, so that its defects lose the same messages on any machine. */
async function openDefective(modelUrl: string, defect?: Defect, startMs = START_MS) {
  const server = await startDefectiveServer(modelUrl, defect)
  onTestFinished(server.close)
  const pace: Pace = { holdMs: HOLD_MS, graceMs: 0, startMs, pause: server.idle, settle: server.idle }
  return { url: server.url, pace }
}

/** What the tool says that is not as it should be, and how many of these it counts. */
async function complaintsAbout(url: string, model: SlowModel, pace: Pace): Promise<string[]> {
  const lines: string[] = []
  const failed = await examine(url, model, { print: (line) => lines.push(line), pace })
  const complaints = lines.filter((line) => /^ +(FAIL|not tried|[1-9]\d* of \d+ (?!hold))/.test(line))
  expect(failed).toBe(complaints.length)
  expect(lines.length).toBeGreaterThan(20)
  return complaints.map((line) => line.trim())
}

const THIRTY = '30 messages, two a post, as LangChain does'
const HUNDRED = '100 messages in one post'
const RACING = '50 posts at once while a summary is made'
const AT_ONCE = 'saves that are acknowledged, and not there for a read that follows'
const BACK = 'sessions that come back after a delete while a summary is made'

const FOUND: [Defect, string[]][] = [
  [
    'trims by position',
    [
      'FAIL  GET gives at most the window: 13 messages',
      `1 of 30  ${THIRTY}`,
      `87 of 100  ${HUNDRED}`,
      `49 of 63  ${RACING}`,
    ],
  ],
  ['loses what comes meanwhile', [`50 of 63  ${RACING}`]],
  ['brings a deleted session back', [`5 of 5  ${BACK}`]],
  ['gives the oldest first', [expect.stringMatching(/^FAIL {2}messages come back newest first/)]],
  ['takes a repeated save twice', ['FAIL  an Idempotency-Key stores a repeated save once: got 4']],
]

describe.concurrent('the conformance tool', () => {
  it.each(FOUND)(
    'finds a server out that %s, and complains about nothing else',
    { timeout: TIMEOUT_MS },
    async (defect, found) => {
      const model = await openModel()
      const { url, pace } = await openDefective(model.baseUrl, defect)
      expect(await complaintsAbout(url, model, pace)).toEqual(found)
    },
  )

  it('finds a server out that acknowledges before it stores', { timeout: TIMEOUT_MS }, async () => {
    const model = await openModel()
    const { url, pace } = await openDefective(model.baseUrl, 'acknowledges before it stores', NEVER_MS)
    expect(await complaintsAbout(url, model, pace)).toContain(`20 of 20  ${AT_ONCE}`)
  })

  it('says of a server that never asks the model that the losses were not tried', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const [model, another] = [await openModel(), await openModel()]
    const { url, pace } = await openDefective(another.baseUrl, undefined, NEVER_MS)
    const complaints = await complaintsAbout(url, model, pace)
    expect(complaints).toEqual(
      [THIRTY, HUNDRED, RACING, BACK].map((name) => `not tried: the server never asked the model  ${name}`),
    )
  })

  it('has nothing to say about a server without a defect', { timeout: TIMEOUT_MS }, async () => {
    const model = await openModel()
    const { url, pace } = await openDefective(model.baseUrl)
    expect(await complaintsAbout(url, model, pace)).toEqual([])
  })

  it('has nothing to say about ours', { timeout: TIMEOUT_MS }, async () => {
    const model = await openModel()
    const pace: Pace = {
      holdMs: HOLD_MS,
      graceMs: 20_000,
      startMs: START_MS,
      pause: () => sleep(20),
      settle: () => quiet(model, 1000),
    }
    expect(await complaintsAbout(await startOurs(model.baseUrl), model, pace)).toEqual([])
  })
})

/** As a process of its own, over a database on disk. */
async function startOurs(modelUrl: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
  const server = fork(fileURLToPath(new URL('../memory-server.ts', import.meta.url)), {
    execArgv: ['--conditions=react-server'],
    env: {
      ...process.env,
      DATA_DIR: folder,
      OPENAI_BASE_URL: modelUrl,
      OPENAI_API_KEY: 'x',
      CHAT_MODEL: 'slow',
    },
  })
  onTestFinished(async () => {
    server.disconnect()
    await once(server, 'exit')
    rmSync(folder, { recursive: true })
  })
  const [port] = (await once(server, 'message')) as [number]
  return `http://127.0.0.1:${port}`
}
