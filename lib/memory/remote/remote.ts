import { isAssistant } from '../fact-value.ts'
import type { JobHandler } from '../jobs.ts'
import type { Memory, Recall } from '../memory.ts'
import { newestWithin, tokensOf, WINDOW_TOKENS } from '../retrieval.ts'
import { keyOf } from '../store/key-store.ts'
import type { Job, Message, SessionRef, Store } from '../store/store.ts'
import { MAX_BATCH, nextBatch } from './remote-batch.ts'
import { type RemoteClient, RemoteError, type RemoteMemory, type Said } from './remote-client.ts'
import type { Outbox } from './remote-store.ts'
import { hasArrived, overlap, recognise, without } from './remote-window.ts'

/** A reply waits no longer than this for what a Motörhead elsewhere remembers; then the copy here serves. */
export const LOAD_TIMEOUT_MS = 1500
/** In the background there is time. */
const CHECK_TIMEOUT_MS = 15_000

/** Messages looked at on either side. A Motörhead holds a window of about a dozen. */
const MAX_UNSENT = 50
const MAX_PATH = 200
const MAX_REFUSED = MAX_PATH

export type RemoteState = {
  /** Where the Motörhead is. */
  host: string
  /** What keeps it from being used now, as a sentence; `null` while it works. */
  problem: string | null
  /** What it cannot do, as a sentence. */
  limits: string
  /** `null` also while it cannot be asked. */
  context: string | null
  /** How many messages are kept here only, as it did not take them: at most `MAX_REFUSED` are counted. */
  refused: number
}

export type RemoteMemoryDeps = {
  /** The memory over our own store: everything is kept here as well, and serves when the other one cannot. */
  local: Memory
  store: Store
  client: RemoteClient
  now: () => number
  /** Told of each failure, to be logged. */
  onError: (error: unknown) => void
  /** Another limit than `LOAD_TIMEOUT_MS`. */
  loadTimeoutMs?: number
}

/** What an existing Motörhead cannot do, and ours does all the same. For people, in one sentence. */
export const REMOTE_LIMITS =
  'It keeps no versions of edited messages, forgets no single message, takes none over 2 MB, and an original loses what its window pushes out before a summary has it; the copy here keeps all of that, and search runs over the copy.'

/** Makes a Motörhead elsewhere the memory of the chat, over the memory here. */
export function createRemoteMemory({
  local,
  store,
  client,
  now,
  onError,
  loadTimeoutMs = LOAD_TIMEOUT_MS,
}: RemoteMemoryDeps): Memory & {
  /** How it stands, and what it holds as the context of a session. Never rejects because of it. */
  look(ref: SessionRef): Promise<RemoteState>
} {
  let problem: string | null = null

  async function ask<T>(work: Promise<T>): Promise<T> {
    try {
      const answer = await work
      problem = null
      return answer
    } catch (error) {
      // What is wrong with one message keeps nobody from using it.
      if (isRefusal(error)) throw error
      problem = error instanceof Error ? error.message : 'It failed.'
      throw error
    }
  }

  async function recall(
    ref: SessionRef,
    messageId: string,
    options: Parameters<Memory['recall']>[2] = {},
  ): Promise<Recall> {
    if (options.memory === false) return local.recall(ref, messageId, options)
    const [here, both] = await Promise.all([
      local.recall(ref, messageId, options),
      loadBoth(ref, messageId).catch((error) => {
        onError(error)
        return null
      }),
    ])
    // The newest of what is unsent may be beyond the limit.
    if (!both || both.outbox.unsent.length >= MAX_UNSENT) return here
    const said = windowOf(both.outbox, both.there, here)
    if (!said) return here
    const { messages } = await store.listPath(ref, { limit: MAX_PATH })
    return recallFrom(here, both.there, said, messages)
  }

  /** The outbox first: what arrives between the two is then seen in both, and told apart by its words. */
  async function loadBoth(ref: SessionRef, headId: string) {
    const outbox = await store.openOutbox(ref, { headId, limit: MAX_UNSENT })
    if (!outbox) return null
    const there = await ask(client.load(outbox.remoteId, { timeoutMs: loadTimeoutMs }))
    return { outbox, there }
  }

  async function look(ref: SessionRef): Promise<RemoteState> {
    const outbox = await store.openOutbox(ref, { limit: 1 })
    const loading = outbox && ask(client.load(outbox.remoteId, { timeoutMs: loadTimeoutMs }))
    // Why it failed stands in `problem`.
    const there = await loading?.catch(() => null)
    const { length: refused } = await store.listRefused(ref, MAX_REFUSED)
    return { host: client.host, problem, limits: REMOTE_LIMITS, context: there?.context ?? null, refused }
  }

  function recallFrom(here: Recall, there: RemoteMemory, said: Said[], path: Message[]): Recall {
    const known = recognise(said, path)
    const window = newestWithin(
      said.map((each, index) => known[index] ?? foreign(each, index, now())),
      WINDOW_TOKENS,
    )
    const ids = new Set(window.map(({ id }) => id))
    // A session that has only just come there has its summary here only.
    const isNew = there.messages.length === 0
    const context = there.context ?? (isNew ? here.context : null)
    const retrieved = here.retrieved.filter(({ id }) => !ids.has(id))
    return {
      summaryId: isNew ? here.summaryId : null,
      context,
      retrieved,
      window,
      tokens: tokensOf({ context, window, retrieved }),
    }
  }

  const upload: JobHandler = async (job, signal) => {
    await removeOrphans(signal)
    const { memory } = await store.getSettings(job.ref.namespace)
    if (!memory) return 'done'
    let most = MAX_BATCH
    for (;;) {
      const outbox = await store.openOutbox(job.ref, { limit: MAX_UNSENT })
      if (!outbox) return 'done'
      if (outbox.sending) await settle(job, outbox, outbox.sending, signal)
      else {
        const outcome = await sendNext(job, outbox, most, signal)
        if (outcome === 'nothing') return 'done'
        // One of them is what it does not take: alone, each shows.
        most = outcome === 'returned' ? 1 : most
      }
    }
  }

  /** A save that nobody saw the end of, of whichever branch: it is there, or it is to be sent again. */
  async function settle(
    { ref }: Job,
    outbox: Outbox,
    { batchId, messageIds }: NonNullable<Outbox['sending']>,
    signal: AbortSignal,
  ): Promise<void> {
    const path = await store.listPath(ref, { headId: messageIds.at(-1), limit: MAX_PATH })
    const batch = path.messages.filter(({ id }) => messageIds.includes(id))
    const first = path.messages.findIndex(({ id }) => messageIds.includes(id))
    const refused = new Set(await store.listRefused(ref, MAX_REFUSED))
    const before = path.messages
      .slice(0, Math.max(first, 0))
      .filter((message) => hasWords(message) && !refused.has(message.id))
    const there = await ask(client.load(outbox.remoteId, { timeoutMs: CHECK_TIMEOUT_MS, signal }))
    const arrived = batch.length > 0 && hasArrived(there, before, batch)
    await store.endBatch(ref, batchId, arrived ? 'sent' : 'returned')
  }

  async function sendNext(
    { ref }: Job,
    outbox: Outbox,
    most: number,
    signal: AbortSignal,
  ): Promise<'nothing' | 'sent' | 'refused' | 'returned'> {
    const { remoteId, unsent } = outbox
    if (unsent.length === 0) return 'nothing'
    const context = await contextToBring(ref, outbox, signal)
    const batch = nextBatch(unsent, { remoteId, context, most })
    if (!batch) return 'nothing'
    const { batchId, messageIds } = batch
    await store.beginBatch(ref, { batchId, messageIds })
    const outcome = await ask(client.append(remoteId, batch, { key: batchId, signal })).then(
      () => 'sent' as const,
      (error) => {
        if (!isRefusal(error)) throw error
        if (messageIds.length > 1) return 'returned' as const
        onError(error)
        return 'refused' as const
      },
    )
    await store.endBatch(ref, batchId, outcome)
    return outcome
  }

  /** A conversation that began before it is there comes with its summary, unless something is there already. */
  async function contextToBring(
    ref: SessionRef,
    { isNew, remoteId, unsent }: Outbox,
    signal: AbortSignal,
  ): Promise<string | null> {
    if (!isNew) return null
    const { summary } = await store.getWindow(ref, unsent[0]?.parentId ?? null)
    if (!summary) return null
    const there = await ask(client.load(remoteId, { timeoutMs: CHECK_TIMEOUT_MS, signal }))
    return there.messages.length === 0 && there.context === null ? summary.context : null
  }

  async function removeOrphans(signal: AbortSignal): Promise<void> {
    for (const remoteId of await store.listOrphans(MAX_UNSENT)) {
      await ask(client.remove(remoteId, signal))
      await store.dropOrphan(remoteId)
    }
  }

  return {
    ...local,
    recall,
    upload,
    removeOrphans,
    jobsAfterTurn: (ref) => [
      ...local.jobsAfterTurn(ref),
      ...(keyOf(ref.namespace) === null ? [{ kind: 'upload' as const, dueAt: now() }] : []),
    ],
    look,
  }
}

/**
 * The window that a reply is to see: what is there, without other versions, and what is not there yet. `null` when the
 * summary there may hold another version, which this branch must not see, or one may have arrived that nobody knows of.
 */
function windowOf(outbox: Outbox, there: RemoteMemory, here: Recall): Said[] | null {
  const onPath = new Set(outbox.unsent.map(({ id }) => id))
  if (outbox.sending?.messageIds.some((id) => !onPath.has(id))) return null
  const { rest, complete } = without(there.messages, outbox.strays)
  if (!complete && there.context !== null) return null
  const unsent = outbox.unsent.filter(hasWords)
  const said = [...rest, ...unsent.slice(overlap(rest, unsent))]
  const question = here.window.at(-1)
  const last = said.at(-1)
  if (!question || (last && !isAssistant(last.role) && last.content === question.content)) return said
  return [...said, question]
}

const isRefusal = (error: unknown) => error instanceof RemoteError && error.code === 'refused'

const hasWords = ({ content, status }: Message) => status !== 'streaming' && content.trim() !== ''

/** What another program has said there. */
const foreign = ({ role, content }: Said, index: number, at: number): Message => ({
  id: `there-${index}`,
  parentId: null,
  position: 0,
  role,
  content,
  name: null,
  status: 'complete',
  error: null,
  receipt: null,
  createdAt: at,
})
