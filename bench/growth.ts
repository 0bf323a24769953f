import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StatementSync } from 'node:sqlite'
import { buildPrompt, type Prompt } from '#lib/chat/prompt.ts'
import { extractFacts } from '#lib/memory/extractive.ts'
import { createJobWorker } from '#lib/memory/jobs.ts'
import { createMemory } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import { estimateTokens } from '#lib/memory/tokens.ts'

/**
 * What a turn costs as its session grows: milliseconds without the model (and of the
 * processor alone, which other programs disturb less), statements of SQL and tokens of the prompt, next
 * to sending the whole history; and how much of a prompt is, byte for byte, how the one before it began, which providers
 * cache. The background work of a turn runs between turns, as it does for a person who reads and writes.
 */
const SIZES = (process.argv[2] ?? '10,100,1000,10000,100000').split(',').map(Number)
const TURNS = 30

const ref = { namespace: 'person', sessionId: 'long' }
/** As many words as a person uses, and as unevenly: the nth is said about 1/n as often as the first. */
const WORDS = Array.from({ length: 5000 }, (_, n) => {
  const syllables = ['ka', 'lo', 'mi', 'ru', 'te', 'so', 'na', 'vi', 'pe', 'du']
  return [...String(n + 100)].map((digit) => syllables[Number(digit)]).join('')
})
const wordOf = (seed: number) => WORDS[Math.floor(WORDS.length ** random(seed)) - 1] ?? ''
const random = (seed: number) => ((Math.imul(seed + 1, 2_654_435_761) >>> 0) % 100_003) / 100_003
const wordsOf = (n: number, count: number) =>
  Array.from({ length: count }, (_, index) => wordOf(n * 31 + index)).join(' ')

const tell = (n: number) =>
  `My ${wordsOf(n, 10)} is number ${n}. I thought of ${wordsOf(n + 7, 12)} for a while.`
const answerTo = (n: number) => `That sounds good: ${wordsOf(n + 3, 25)}. It will wait for you.`
/** About something that was said at any time before. */
const questionAbout = (n: number) => `Where is my ${wordsOf(Math.floor(random(n) * n), 4)}?`

/** What the turns of the measurement add to a history, on average. */
const tokensOf = (turns: number, n: number) =>
  turns * (estimateTokens(questionAbout(n)) + estimateTokens(answerTo(n)))

const textOf = ({ instructions, messages }: Prompt) =>
  [instructions, ...messages.map(({ role, content }) => `${role}: ${content}`)].join('\n')

const at = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length
const print = (cells: string[]) => console.log(cells.join(''))

let statements = 0
countStatements()

console.log(
  'messages   ms p50   ms p95   CPU p50   statements   prompt tokens   whole history   unchanged prefix',
)
for (const size of SIZES) await measure(size)

async function measure(size: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-growth-'))
  const store = createSqliteStore(join(folder, 'chat.db'))
  let clock = Date.UTC(2026, 0, 1)
  const now = () => clock
  const memory = createMemory({
    store,
    now,
    settings: { maxWindowSize: 12, longTermMemory: true },
    summarizer: async () => extractFacts,
  })
  const worker = createJobWorker({
    store,
    now,
    handlers: {
      compaction: memory.compact,
      title: async () => 'done',
      upload: async () => 'done',
      embedding: memory.embedMissing,
    },
    onError: (error) => console.error(error),
  })
  try {
    const history = await grow(size)
    const times: number[] = []
    const busy: number[] = []
    const counts: number[] = []
    const tokens: number[] = []
    const shares: number[] = []
    let before = ''
    for (let n = 0; n < TURNS; n++) {
      const started = performance.now()
      const idle = process.cpuUsage()
      statements = 0
      const prompt = await turn(size + n)
      times.push(performance.now() - started)
      const { user, system } = process.cpuUsage(idle)
      busy.push((user + system) / 1000)
      counts.push(statements)
      const text = textOf(prompt)
      tokens.push(estimateTokens(text))
      if (before) shares.push(samePrefix(before, text) / text.length)
      before = text
      await worker.wake()
    }
    const whole = history + tokensOf(TURNS / 2, size)
    print([
      String(size).padStart(8),
      at(times, 0.5).toFixed(1).padStart(9),
      at(times, 0.95).toFixed(1).padStart(9),
      at(busy, 0.5).toFixed(1).padStart(10),
      String(at(counts, 0.5)).padStart(13),
      String(at(tokens, 0.5)).padStart(16),
      String(whole).padStart(16),
      `${Math.round(100 * mean(shares))} %`.padStart(19),
    ])
  } finally {
    await worker.close()
    await store.close()
    rmSync(folder, { recursive: true })
  }

  /** Answers the tokens of all that is said. */
  async function grow(count: number): Promise<number> {
    let tokens = 0
    for (let from = 0; from < count; from += 500) {
      const messages = Array.from({ length: Math.min(500, count - from) }, (_, index) => said(from + index))
      tokens += messages.reduce((sum, { content }) => sum + estimateTokens(content), 0)
      await store.appendMessages(ref, messages, { jobs: memory.jobsAfterAppend() })
      clock += 60_000
      await worker.wake()
    }
    return tokens
  }

  /** One turn as the chat takes it, the model left out. */
  async function turn(n: number): Promise<Prompt> {
    clock += 60_000
    const id = `q${n}`
    const { run } = await store.beginTurn(ref, {
      create: { title: 'Long' },
      run: { id: `r${n}`, owner: 'bench', mode: 'reply' },
      turn: { kind: 'send', id, replyId: `a${n}`, after: null, text: questionAbout(n) },
      maxActiveRuns: 4,
      now: clock,
    })
    const recall = await memory.recall(ref, id)
    const prompt = buildPrompt({ recall, fence: 'f'.repeat(16) })
    await store.startRun(run, clock)
    const end = { status: 'complete' as const, content: answerTo(n), error: null, receipt: null }
    await store.finishRun(run, { ...end, jobs: memory.jobsAfterTurn(ref), at: clock })
    return prompt
  }

  function said(n: number) {
    const person = n % 2 === 0
    return {
      id: `m${n}`,
      role: person ? 'user' : 'assistant',
      content: person ? tell(n) : answerTo(n),
      createdAt: clock,
    }
  }
}

function samePrefix(one: string, two: string): number {
  let length = 0
  while (length < one.length && one[length] === two[length]) length++
  return length
}

/** Every statement that the store runs, its BEGIN and COMMIT included. */
function countStatements(): void {
  for (const method of ['all', 'get', 'run'] as const) {
    const original = StatementSync.prototype[method] as (...values: unknown[]) => unknown
    Object.defineProperty(StatementSync.prototype, method, {
      value(this: StatementSync, ...values: unknown[]) {
        statements++
        return original.apply(this, values)
      },
    })
  }
}
