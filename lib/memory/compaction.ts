import { MemoryError } from './errors.ts'
import { extractFacts } from './extractive.ts'
import type { JobHandler } from './jobs.ts'
import type { Summarize, SummaryInput } from './memory.ts'
import type {
  Job,
  Message,
  SessionRef,
  Store,
  Summary,
  SummaryOutline,
  SummarySource,
  Window,
} from './store/store.ts'
import type { Tokens } from './store/usage-store.ts'
import { estimateTokens } from './tokens.ts'

/** A context longer than this would crowd out what it serves: about 80 facts. */
const MAX_CONTEXT_TOKENS = 2000

/** What one call of the summariser is given to read: small enough for a model of 8,000 tokens. */
const MAX_FOLD_TOKENS = 4000

/** Messages looked at in one go, however many wait: more than the summariser can read at once. */
const AT_ONCE = 500

/** A message longer than this is cut for the summariser, never in the store. */
const MAX_MESSAGE_CHARS = 6000

/** A summariser that takes longer than this has failed. */
const SUMMARY_TIMEOUT_MS = 60_000

/** After so many failures in a row the extractive summary stands in, so that the window does not grow for ever. */
const FAILURES_BEFORE_FALLBACK = 3

/** A rebuild that failed so often is given up: the summary that there is stays, and new messages are folded again. */
const REBUILD_ATTEMPTS = 3

/** Then others have their turn: a history of 100,000 messages would hold its place among the workers for hours. */
const FOLDS_AT_ONCE = 10

const PAGE = 500

/** Which messages to fold, and the summary that the new one grows from. */
export type CompactionPlan = {
  base: Summary | null
  current: Summary | null
  fold: Message[]
  throughId: string
}

/**
 * What to fold of a window: nothing up to `maxWindowSize` messages, then all but the newest half of that; as much of it,
 * from the oldest on, as the summariser can read at once. A reply still being written is never folded.
 */
export function planCompaction(
  window: Pick<Window, 'messages' | 'summary'>,
  maxWindowSize: number,
): CompactionPlan | null {
  const { messages, summary } = window
  if (messages.length <= maxWindowSize) return null
  const beyond = messages.slice(0, messages.length - Math.floor(maxWindowSize / 2))
  const streaming = beyond.findIndex((message) => message.status === 'streaming')
  const fold = firstChunk(streaming < 0 ? beyond : beyond.slice(0, streaming))
  const last = fold.at(-1)
  return last ? { base: summary, current: summary, fold, throughId: last.id } : null
}

export function createCompaction(deps: {
  store: Store
  maxWindowSize: number
  summarizer: (ref: SessionRef) => Promise<Summarize | null>
  /** Before each fold. What has come meanwhile is folded with the rest. */
  pause?: (signal: AbortSignal) => Promise<void>
  now: () => number
}): JobHandler {
  const { store, maxWindowSize, summarizer, pause, now } = deps

  return async function compact(job, signal) {
    let rebuilds = job.rebuild && job.attempts < REBUILD_ATTEMPTS
    for (let folds = 0; folds < FOLDS_AT_ONCE; folds++) {
      await pause?.(signal)
      const window = await store.getWindowStart(job.ref, maxWindowSize + AT_ONCE).catch(absent)
      if (!window) return 'done'
      // Anew for each: the fold before may have used up the tokens of the day.
      const model = await summarizer(job.ref)
      const anew = rebuilds ? await planRebuild(job.ref, window, model) : null
      const plan =
        anew ?? (model && (await planUpgrade(job.ref, window))) ?? planCompaction(window, maxWindowSize)
      if (plan === 'stale') return 'stale'
      if (!plan) return 'done'
      rebuilds = false
      const made = await summarizePlan(plan, model, job, signal)
      if (!made) continue
      const { context, model: modelName, source } = made
      const inserted = await store.insertSummary(
        job.ref,
        {
          id: crypto.randomUUID(),
          throughId: plan.throughId,
          baseId: plan.base?.id ?? null,
          context,
          tokens: estimateTokens(context),
          folded: plan.fold.length,
          source,
          model: modelName,
          createdAt: now(),
        },
        { generation: job.generation, lease: job.lease, jobId: job.id, currentId: plan.current?.id ?? null },
      )
      if (!inserted) return 'stale'
      // Throws on purpose, after the stand-in is safe: the job stays, and a later attempt replaces it.
      if (source === 'fallback') throw new Error('The model failed; an extractive summary stands in for it.')
    }
    return 'more'
  }

  /** `null`: no model may be asked any more, and what was to be made anew is better as it is. */
  async function summarizePlan(
    plan: CompactionPlan,
    model: Summarize | null,
    job: Job,
    signal: AbortSignal,
  ): Promise<{ context: string; model: string | null; source: SummarySource } | null> {
    // What a person asks to be made better is not made worse.
    const rebuilt = plan.base === null ? plan.current : null
    if (!model) return { ...(await foldInChunks(extractFacts, plan, signal)), source: 'extractive' }
    let source = 'llm' as SummarySource
    // A long history comes in many parts: those that are left when no model may be asked any more go without one.
    const whileItMay: Summarize = async (input) => {
      const asked = source === 'llm' ? await summarizer(job.ref) : null
      if (!asked) source = 'extractive'
      return asked ? metered(asked, job.ref)(input) : extractFacts(input)
    }
    try {
      const folded = await foldInChunks(whileItMay, plan, signal)
      if (source === 'extractive' && rebuilt && (await isModelsWork(store, job.ref, rebuilt))) return null
      return { ...folded, source }
    } catch (error) {
      const alreadyStandsIn = plan.current?.source === 'fallback' && plan.throughId === plan.current.throughId
      if (signal.aborted || alreadyStandsIn || rebuilt || job.attempts + 1 < FAILURES_BEFORE_FALLBACK)
        throw error
      return { ...(await foldInChunks(extractFacts, plan, signal)), source: 'fallback' }
    }
  }

  /** All that the current summary covers, folded from nothing; it stays in force until the new one is there. */
  async function planRebuild(
    ref: SessionRef,
    { summary }: Window,
    model: Summarize | null,
  ): Promise<CompactionPlan | 'stale' | null> {
    if (summary === null || summary.throughId === null) return null
    if (!model && (await isModelsWork(store, ref, summary))) return null
    const fold: Message[] = []
    let before = summary.throughPosition + 1
    for (let more = true; more; ) {
      const page = await store.listPath(ref, { limit: PAGE, before }).catch(absent)
      if (!page) return null
      fold.unshift(...page.messages)
      before = page.messages[0]?.position ?? 0
      more = page.hasEarlier
    }
    // Another version may have been chosen since the window was read.
    if (fold.at(-1)?.id !== summary.throughId) return 'stale'
    return { base: null, current: summary, fold, throughId: summary.throughId }
  }

  /** Counts what a model takes, also when its answer is of no use. */
  function metered(model: Summarize, ref: SessionRef): Summarize {
    return async (input) => {
      const counted: Promise<void>[] = []
      const spent = (tokens: Tokens) =>
        counted.push(store.addUsage(ref, { kind: 'summary', ...tokens, at: now() }))
      try {
        return await model({ ...input, spent })
      } finally {
        await Promise.all(counted)
      }
    }
  }

  /** A stand-in is made again by the model, from the last summary that was none, over all that came since. */
  async function planUpgrade(ref: SessionRef, { summary }: Window): Promise<CompactionPlan | 'stale' | null> {
    if (summary?.source !== 'fallback' || summary.throughId === null) return null
    let base: Summary | null = summary
    let folded = 0
    while (base?.source === 'fallback') {
      folded += base.folded
      base = base.baseId === null ? null : await store.getSummary(ref, base.baseId)
    }
    const page = await store
      .listPath(ref, { limit: folded, before: summary.throughPosition + 1 })
      .catch(absent)
    if (!page) return null
    // Another version may have been chosen since the window was read.
    if (page.messages.at(-1)?.id !== summary.throughId) return 'stale'
    const after = base?.throughPosition ?? 0
    const fold = page.messages.filter((message) => message.position > after)
    return fold.length > 0 ? { base, current: summary, fold, throughId: summary.throughId } : null
  }
}

/** Whether a model has made a summary of the shown path, or one that it grew from: made anew without one it would be worse. */
export async function isModelsWork(
  store: Pick<Store, 'outlineSummaries'>,
  ref: SessionRef,
  summary: Summary,
): Promise<boolean> {
  const outlines = new Map((await store.outlineSummaries(ref)).map((each) => [each.id, each]))
  let each: SummaryOutline | undefined = summary
  while (each && each.source !== 'llm') each = each.baseId === null ? undefined : outlines.get(each.baseId)
  return each !== undefined
}

async function foldInChunks(
  summarize: Summarize,
  plan: CompactionPlan,
  signal: AbortSignal,
): Promise<{ context: string; model: string | null }> {
  let folded = { context: plan.base?.context ?? '', model: null as string | null }
  let rest = plan.fold
  while (rest.length > 0) {
    const chunk = firstChunk(rest)
    rest = rest.slice(chunk.length)
    const messages = chunk.filter((message) => message.content.trim() !== '').map(toInput)
    if (messages.length === 0) continue
    const limit = AbortSignal.any([signal, AbortSignal.timeout(SUMMARY_TIMEOUT_MS)])
    folded = await orAborted(
      summarize({ context: folded.context || null, messages, maxTokens: MAX_CONTEXT_TOKENS, signal: limit }),
      limit,
    )
  }
  return folded
}

/** At least one message, then as many as fit. */
function firstChunk<T extends { content: string }>(messages: T[]): T[] {
  let tokens = 0
  const end = messages.findIndex((message, index) => {
    tokens += estimateTokens(message.content.slice(0, MAX_MESSAGE_CHARS))
    return index > 0 && tokens > MAX_FOLD_TOKENS
  })
  return end < 0 ? messages : messages.slice(0, end)
}

/** A long message keeps its beginning and its end, where what matters is said. */
function toInput({ id, role, content, createdAt }: Message): SummaryInput {
  const half = MAX_MESSAGE_CHARS / 2
  const text =
    content.length <= MAX_MESSAGE_CHARS ? content : `${content.slice(0, half)}\n…\n${content.slice(-half)}`
  return { id, role, content: text, createdAt }
}

/** A model that ignores its signal must not hold the job. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function absent(error: unknown): null {
  if (error instanceof MemoryError && error.code === 'not-found') return null
  throw error
}
