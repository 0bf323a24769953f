import { setImmediate } from 'node:timers/promises'
import type { MayWork } from './budget.ts'
import { aboutWords } from './index-words.ts'
import type { JobHandler } from './jobs.ts'
import { type Compared, createMeaning, type Meaning } from './meaning.ts'
import type { Vector } from './store/embedding-store.ts'
import type { SearchScope, SessionRef, Store } from './store/store.ts'
import { createVectors } from './vectors.ts'

/** A model that tells what texts mean. `run` answers a vector of length 1 for each text, in their order. */
export type Embed = {
  model: string
  run(texts: string[], signal: AbortSignal): Promise<{ vectors: Vector[]; inputTokens: number }>
}

const BATCH = 64
/** What a small model reads at most; the beginning of a long message says what it is about. */
const MAX_CHARS = 2000
const BATCH_TIMEOUT_MS = 60_000

/** A reply waits for the meaning of its question no longer; then words alone must do. */
const QUESTION_MS = 400
/** An endpoint that failed is left alone for so long. */
const REST_MS = 30_000

/** Vectors are read and compared no longer than this; sessions with the newest ones come first. */
const COMPARE_MS = 150
/** After so long without a break others get their turn. */
const TURN_MS = 5

export type Embedding = {
  /** Computes what is missing of a session; see `JobHandler`. */
  work: JobHandler
  /** How near the messages of scopes are to what a text means; `null` when that cannot be told. */
  near(scopes: readonly SearchScope[], text: string): Promise<Meaning | null>
}

export function createEmbedding(deps: {
  store: Store
  embed: Embed
  now: () => number
  mayWork: MayWork
  onError: (error: unknown) => void
  /** Other limits than `QUESTION_MS` and `COMPARE_MS`. */
  questionMs?: number
  compareMs?: number
}): Embedding {
  const { store, embed, now, mayWork, onError, questionMs = QUESTION_MS, compareMs = COMPARE_MS } = deps
  const vectors = createVectors(store, embed.model)
  let restUntil = 0

  const count = (ref: SessionRef, inputTokens: number) =>
    store.addUsage(ref, { kind: 'embedding', inputTokens, outputTokens: 0, at: now() })

  async function meaningOf(text: string, ref: SessionRef): Promise<Vector | null> {
    if (text.trim() === '' || now() < restUntil || !(await mayWork(ref.namespace))) return null
    try {
      const signal = AbortSignal.timeout(questionMs)
      const { vectors, inputTokens } = await embed.run([text.slice(0, MAX_CHARS)], signal)
      // The answer does not wait for what it took to be written down.
      if (inputTokens > 0) count(ref, inputTokens).catch(onError)
      return vectors[0] ?? null
    } catch (error) {
      restUntil = now() + REST_MS
      onError(error)
      return null
    }
  }

  async function compare(scope: SearchScope, meaning: Vector, until: number): Promise<Compared[]> {
    const compared: Compared[] = []
    let turn = performance.now() + TURN_MS
    for (const session of await store.listEmbedded(scope, embed.model)) {
      if (performance.now() > until) break
      if (performance.now() > turn) {
        await setImmediate()
        turn = performance.now() + TURN_MS
      }
      const { namespace, sessionId } = session
      compared.push({ namespace, sessionId, messages: await vectors.compare(session, meaning, until) })
    }
    return compared
  }

  return {
    async work(job, signal) {
      while (await mayWork(job.ref.namespace)) {
        const missing = await store.listUnembedded(job.ref, { model: embed.model, limit: BATCH })
        if (missing.length === 0) return 'done'
        const texts = missing.map(
          (message) => `${aboutWords(message)}: ${message.content.slice(0, MAX_CHARS)}`,
        )
        const limit = AbortSignal.any([signal, AbortSignal.timeout(BATCH_TIMEOUT_MS)])
        const { vectors, inputTokens } = await embed.run(texts, limit)
        // They are spent, whatever becomes of the answer.
        await count(job.ref, inputTokens)
        const embedded = missing.flatMap(({ id, content }, index) => {
          const vector = vectors[index]
          return vector ? [{ id, content, vector }] : []
        })
        if (embedded.length < missing.length) throw new Error('The embedding model left out some texts.')
        await store.saveEmbeddings(job.ref, embed.model, embedded)
      }
      return 'done'
    },

    async near(scopes, text) {
      const meaning = await meaningOf(text, spenderOf(scopes))
      if (!meaning) return null
      const until = performance.now() + compareMs
      const compared = await Promise.all(scopes.map((scope) => compare(scope, meaning, until)))
      return createMeaning(compared.flat())
    },
  }
}

/** On whom the tokens of a question are counted: its session, or where there is none its first namespace. */
function spenderOf(scopes: readonly SearchScope[]): SessionRef {
  const [first] = scopes
  if (first && 'ref' in first) return first.ref
  return { namespace: first?.namespaces[0] ?? '', sessionId: '' }
}
