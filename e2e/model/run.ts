/**
 * `npm run test:model`: the seed conversation with a real small model, over HTTP, against the production server. What the
 * prompt must hold is proved by the other tests; this proves that the whole line is real.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'
import { createChatClient } from './chat-client.ts'
import { findRealModel, type RealModel } from './llm-server.ts'
import { type Started, startProcess } from './process.ts'
import { SMALL_TALK } from './small-talk.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** A first start builds the app. */
const READY_MS = 300_000
const PROMPT = 'Prompt after formatting:'
const BOB = /\bbob\b/iu

const model = await findRealModel()
if (typeof model === 'string') {
  console.log(`SKIPPED: ${model}. Nothing was tested.`)
} else {
  try {
    await play(model)
  } catch (error) {
    console.error(error, `\nThe model server printed:\n${model.output().slice(-2000)}`)
    process.exitCode = 1
  } finally {
    await model.stop()
  }
}

async function play(model: RealModel): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'motorhead-chat-model-'))
  const port = await freePort()
  const results: boolean[] = []
  let app = await startApp(model, dataDir, port)
  const restart = async () => {
    await app.stop()
    app = await startApp(model, dataDir, port)
  }
  const baseUrl = () => `http://127.0.0.1:${port}`
  const client = createChatClient(baseUrl)
  const check = (what: string, ok: boolean, seen: string) => {
    results.push(ok)
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}: ${JSON.stringify(seen.slice(0, 160))}`)
  }
  const askName = async (when: string) => {
    const reply = await client.say('whats my name?')
    check(`"whats my name?" ${when} is answered with Bob`, BOB.test(reply), reply)
  }
  const askDinner = async (when: string) => {
    const reply = await client.say('whats for dinner?')
    check(`"whats for dinner?" ${when} is answered`, reply.trim() !== '', reply)
  }
  try {
    // Or a model that says Bob to everybody would pass.
    const stranger = await createChatClient(baseUrl).say('whats my name?')
    check('"whats my name?" of somebody else is not answered with Bob', !BOB.test(stranger), stranger)

    await client.say('hi im bob')
    await askName('right after "hi im bob"')
    await askDinner('right after')
    await restart()
    await askName('after a restart')

    client.newChat()
    await client.say('hi im bob')
    for (const text of SMALL_TALK) await client.say(text)
    await askName(`${SMALL_TALK.length * 2} messages later`)
    const prompt = app.output().split(PROMPT).at(-1) ?? ''
    check(
      'its prompt holds "bob" as a remembered note',
      /^- \S+ user: ".*\bbob\b.*"$/imu.test(prompt),
      notesOf(prompt),
    )
    check('and no longer as a turn', !prompt.includes('Human: hi im bob'), `${prompt.length} characters`)
    await restart()
    await askName('after that and a restart')
    await askDinner('after all that')
  } finally {
    await app.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  const passed = results.filter(Boolean).length
  console.log(`${passed} of ${results.length} passed with ${model.model ?? 'the model'} at ${model.baseUrl}`)
  if (passed < results.length) process.exitCode = 1
}

function startApp(model: RealModel, dataDir: string, port: number): Promise<Started> {
  const env = {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: process.env.MODEL_API_KEY ?? 'none',
    ...(model.model && { CHAT_MODEL: model.model }),
    MOTORHEAD_MAX_WINDOW_SIZE: '12',
    RUNS_PER_MINUTE: '10000',
    VERBOSE: '1',
  }
  const ready = new RegExp(`http://[^\\s/]+:${port}`, 'u')
  return startProcess(process.execPath, [join(ROOT, 'start.mjs')], env, ready, READY_MS)
}

function notesOf(prompt: string): string {
  return prompt
    .split('\n')
    .filter((line) => BOB.test(line))
    .join(' ')
}
