/**
 * `npm run test:python`: LangChain for Python, as its users have it, against the server that `npm start` starts. It sets up a
 * virtual environment of its own from the Python registry.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AppServer, createAppServer } from '../app-server.ts'
import buildOnce from '../build.ts'
import { blocksOf } from '../clients/readme.ts'
import { startCompletions } from './completions.ts'
import { preparePython, runPython } from './environment.ts'

const KEY = 'team-key-0123456789abcdef'
const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
const SEED = ['hi im bob', 'whats my name?', 'whats for dinner?']

let failed = 0
async function check(what: string, work: () => void | Promise<void>): Promise<void> {
  try {
    await work()
    console.log(`ok     ${what}`)
  } catch (error) {
    failed += 1
    console.log(`FAILED ${what}\n${error instanceof Error ? error.message : error}`)
  }
}

await preparePython()
await buildOnce()
const model = await startCompletions()
const OPENAI = { OPENAI_API_KEY: 'sk-none', OPENAI_API_BASE: model.baseUrl }

await withServer({}, async ({ url }) => {
  await check('the seed program sees in each prompt what was said before', () =>
    seedProgram(url, 'testing-1'),
  )
  await check('a new process loads what the old one has saved', () => nextProcess(url, 'testing-1'))
  await check('the session holds what was said, newest first', () => holds(url, 'testing-1'))
  await check('delete_session deletes, with no header at all', () => deletes(url, 'testing-1'))
  await check("the README's lines work as they are written", () => readmeLines(url))
})
await withServer({ MOTORHEAD_KEYS: `team:${KEY}` }, async ({ url }) => {
  const mine = `${url}/k/${KEY}`
  await check('with a key in the address: the seed program', () => seedProgram(mine, 'testing-2'))
  await check('with a key in the address: a new process', () => nextProcess(mine, 'testing-2'))
  await check('without the key: no empty conversation, but an error', async () => {
    await assert.rejects(runPython(['seed.py', url, 'testing-2', 'hi'], OPENAI), /seed\.py/u)
  })
})
model.close()
process.exitCode = failed === 0 ? 0 : 1
console.log(failed === 0 ? 'All passed.' : `${failed} failed.`)

/** With verbose=True the chain prints its prompts, as the documentation shows them. */
async function seedProgram(url: string, session: string): Promise<void> {
  const printed = await runPython(['seed.py', url, session, ...SEED], OPENAI)
  const prompts = printed.split('Prompt after formatting:\n').slice(1)
  const head = 'You are a chatbot having a conversation with a human.\n\n'
  const [first, second, third] = prompts.map((prompt) =>
    prompt.slice(0, prompt.indexOf('\n\n> Finished chain.')),
  )
  assert.equal(prompts.length, 3)
  assert.equal(first, `${head}\nHuman: hi im bob\nAI:`)
  const one = 'Human: hi im bob\nAI:  Hi, nice to meet you!\n'
  assert.equal(second, `${head}${one}Human: whats my name?\nAI:`)
  const two = 'Human: whats my name?\nAI:  Your name is bob.\n'
  assert.equal(third, `${head}${one}${two}Human: whats for dinner?\nAI:`)
}

async function nextProcess(url: string, session: string): Promise<void> {
  const printed = await runPython(['seed.py', url, session, 'whats my name?'], OPENAI)
  assert.match(printed, /Human: hi im bob\nAI: {2}Hi, nice to meet you!\n[\s\S]*Your name is bob\./u)
}

async function holds(url: string, session: string): Promise<void> {
  const { messages } = (await (await fetch(`${url}/sessions/${session}/memory`)).json()) as {
    messages: { role: string; content: string }[]
  }
  assert.deepEqual(messages.at(-1), { role: 'Human', content: 'hi im bob' })
  assert.deepEqual(messages[0], { role: 'AI', content: ' Your name is bob.' })
  assert.equal(messages.length, 8)
}

async function deletes(url: string, session: string): Promise<void> {
  const code = [
    'from langchain_community.memory.motorhead_memory import MotorheadMemory',
    `MotorheadMemory(session_id="${session}", url="${url}").delete_session()`,
  ]
  await runPython(['-c', code.join('\n')])
  const answer = await fetch(`${url}/sessions/${session}/memory`)
  assert.deepEqual(((await answer.json()) as { messages: unknown[] }).messages, [])
}

async function readmeLines(url: string): Promise<void> {
  const [block = ''] = blocksOf(README, 'python')
  const program = block.replace('http://localhost:3000', url).replace('testing-1', 'readme-1')
  await runPython(['-c', `${program}\nmemory.save_context({"input": "hi im bob"}, {"output": "Hello Bob!"})`])
  const printed = await runPython(['-c', `${program}\nprint(memory.load_memory_variables({})["history"])`])
  assert.equal(printed, 'Human: hi im bob\nAI: Hello Bob!\n')
}

async function withServer(
  env: Record<string, string>,
  work: (server: AppServer) => Promise<void>,
): Promise<void> {
  const server = await createAppServer(env)
  try {
    await server.start()
    await work(server)
  } finally {
    await server.dispose()
  }
}
