import { msUntilTomorrow, type UsedUp } from '#lib/memory/budget.ts'
import { isModelsWork } from '#lib/memory/compaction.ts'
import { LimitReached, MemoryError } from '#lib/memory/errors.ts'
import { compareContexts } from '#lib/memory/fact-diff.ts'
import { findFactSource } from '#lib/memory/fact-source.ts'
import { isAssistant } from '#lib/memory/fact-value.ts'
import { parseFacts } from '#lib/memory/facts.ts'
import type { MemorySettings } from '#lib/memory/memory.ts'
import type {
  JobState,
  Message,
  NewJob,
  SessionRef,
  Store,
  Summary,
  SummaryOutline,
} from '#lib/memory/store/store.ts'
import { estimateTokens } from '#lib/memory/tokens.ts'
import type {
  ContextEdit,
  Elsewhere,
  FactSource,
  MemoryView,
  MemoryWork,
  MessageMention,
  SummaryDetail,
  SummaryVersion,
} from './memory-types.ts'
import { addressOf, sessionAt } from './session-address.ts'

/**
 * What a person sees of a session's memory and does to it. `session` is its address in the app. Throws `MemoryError`:
 * `not-found` for an absent or foreign session, `conflict` when what was changed is not what was looked at.
 */
export type MemoryPanel = {
  view(user: string, session: string): Promise<MemoryView>
  /** `null`: the summary is not there, or not on the path that is shown. */
  version(user: string, session: string, summaryId: string): Promise<SummaryDetail | null>
  /** `null`: there is no such line. */
  source(user: string, session: string, summaryId: string, line: number): Promise<FactSource | null>
  edit(user: string, session: string, edit: ContextEdit): Promise<MemoryView>
  /** Takes a summary, and those that grew from it, off the path. `null` when absent. */
  undo(user: string, session: string, summaryId: string): Promise<MemoryView | null>
  /** Takes an undo back. `null` when there was none. */
  redo(user: string, session: string, summaryId: string): Promise<MemoryView | null>
  /**
   * Asks for the summary to be made anew; the one that there is stays until then. `limit-reached` for `summary-tokens`, or
   * `no-model`, while it could only be made worse, without the model that made it.
   */
  rebuild(user: string, session: string): Promise<MemoryView>
  /** Ends the pause of work that failed; it stays what it is, a rebuild or none. */
  retry(user: string, session: string): Promise<MemoryView>
}

/** The beginning of a message, to know it by. */
const START_CHARS = 140
const MAX_MENTIONS = 12

/** A chat of 10,000 messages has 1,600. */
const SHOWN_VERSIONS = 40

/** With memory off nothing is folded, and an imported chat can have 100,000. */
const SHOWN_MESSAGES = 200

export function createMemoryPanel(deps: {
  store: Store
  settings: MemorySettings
  now: () => number
  /** Background work was asked for. */
  wake: () => void
  /** Whether a model may still be asked for summaries today. */
  usedUp: (namespace: string) => Promise<UsedUp>
  /** Whether a model makes summaries at all. */
  hasModel: () => Promise<boolean>
  /** How the Motörhead elsewhere stands that is the memory of the chat, if one is. */
  elsewhere?: (ref: SessionRef) => Promise<Omit<Elsewhere, 'waiting'>>
}): MemoryPanel {
  const { store, settings, now, wake, usedUp, hasModel, elsewhere } = deps

  async function viewOf(user: string, ref: SessionRef): Promise<MemoryView> {
    const { session, messages, summary } = await store.getWindow(ref, undefined, { limit: SHOWN_MESSAGES })
    // A program's own session is not saved there: the chat is.
    const isThere = elsewhere && !session.temporary && ref.namespace === user
    const [audit, summaries, job, chosen, usage, budget, upload, there] = await Promise.all([
      store.audit(ref),
      store.outlineSummaries(ref),
      store.getJob(ref, 'compaction'),
      store.getSettings(user),
      store.sessionUsage(ref),
      usedUp(ref.namespace),
      store.getJob(ref, 'upload'),
      isThere ? elsewhere(ref) : null,
    ])
    const versions = toVersions(summaries)
    const current = versions.find(({ id }) => id === summary?.id)
    return {
      audit,
      window: messages.map((message) => ({
        id: message.id,
        role: sideOf(message),
        start: startOf(message),
        tokens: estimateTokens(message.content),
      })),
      olderMessages: messages.length < SHOWN_MESSAGES ? 0 : Math.max(0, audit.window - messages.length),
      windowTokens: messages.reduce((sum, { content }) => sum + estimateTokens(content), 0),
      maxWindow: settings.maxWindowSize,
      summary: summary && current ? { ...current, ...textOf(summary) } : null,
      versions: versions.slice(0, SHOWN_VERSIONS),
      olderVersions: Math.max(0, versions.length - SHOWN_VERSIONS),
      work: toWork(job, audit.window > settings.maxWindowSize, now()),
      search: {
        longTerm: settings.longTermMemory,
        memory: chosen.memory,
        acrossSessions: chosen.acrossSessions,
      },
      temporary: session.temporary,
      program: ref.namespace !== user,
      usedUp: budget,
      usage,
      elsewhere: there && { ...there, waiting: upload !== null },
    }
  }

  async function compact(user: string, session: string, how: Pick<NewJob, 'atOnce' | 'rebuild'>) {
    const ref = await sessionAt(store, user, session)
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: now(), ...how })
    wake()
    return viewOf(user, ref)
  }

  return {
    view: async (user, session) => viewOf(user, await sessionAt(store, user, session)),

    async version(user, session, summaryId) {
      const ref = await sessionAt(store, user, session)
      const versions = toVersions(await store.outlineSummaries(ref))
      const version = versions.find(({ id }) => id === summaryId)
      const summary = version && (await store.getSummary(ref, summaryId))
      if (!version || !summary) return null
      const earlier = versions.find(({ id }) => id === summary.baseId)
      const base = earlier && (await store.getSummary(ref, earlier.id))
      const replies = await store.findReplies(ref, { id: summaryId, limit: MAX_MENTIONS })
      return {
        ...version,
        facts: parseFacts(summary.context),
        since:
          base && earlier
            ? { number: earlier.number, changes: compareContexts(base.context, summary.context) }
            : null,
        usedBy: replies
          .filter(({ receipt }) => receipt?.summaryId === summaryId)
          .map((reply) => mentionOf(user, ref, reply)),
      }
    },

    async source(user, session, summaryId, line) {
      const ref = await sessionAt(store, user, session)
      const summary = await store.getSummary(ref, summaryId)
      const fact = parseFacts(summary?.context ?? null)[line]
      if (!summary || !fact) return null
      const message = await findFactSource(store, ref, fact, summary.throughPosition)
      return { source: message && mentionOf(user, ref, message) }
    },

    async edit(user, session, { context, basedOn }) {
      const ref = await sessionAt(store, user, session)
      await store.replaceContext(ref, {
        id: crypto.randomUUID(),
        context,
        tokens: estimateTokens(context),
        source: 'person',
        createdAt: now(),
        currentId: basedOn,
      })
      return viewOf(user, ref)
    },

    async undo(user, session, summaryId) {
      const ref = await sessionAt(store, user, session)
      return (await store.deleteSummary(ref, summaryId)) ? viewOf(user, ref) : null
    },

    async redo(user, session, summaryId) {
      const ref = await sessionAt(store, user, session)
      return (await store.restoreSummary(ref, summaryId)) ? viewOf(user, ref) : null
    },

    async rebuild(user, session) {
      const ref = await sessionAt(store, user, session)
      const { summary } = await store.getWindowStart(ref, 0)
      if (summary && (await isModelsWork(store, ref, summary))) {
        if (!(await hasModel()))
          throw new MemoryError('no-model', 'A model made this summary, and none is there.')
        if (await usedUp(ref.namespace)) throw new LimitReached('summary-tokens', msUntilTomorrow(now()))
      }
      return compact(user, session, { rebuild: true })
    },

    retry: (user, session) => compact(user, session, { atOnce: true }),
  }
}

/** The summaries of a path, newest first, with their numbers and how far each reaches. */
export function toVersions(newestFirst: readonly SummaryOutline[]): SummaryVersion[] {
  // A summary comes after the one that it grew from, so that each is counted once.
  const covered = new Map<string, number>()
  for (const { id, baseId, folded } of [...newestFirst].reverse())
    covered.set(id, folded + ((baseId !== null && covered.get(baseId)) || 0))
  return newestFirst.map((summary, index) => ({
    id: summary.id,
    number: newestFirst.length - index,
    source: summary.source,
    model: summary.model,
    createdAt: summary.createdAt,
    tokens: summary.tokens,
    covers: covered.get(summary.id) ?? 0,
    folded: summary.folded,
    throughId: summary.throughId,
  }))
}

/** A message in a few words, with the way to it. */
export function mentionOf(user: string, ref: SessionRef, message: Message): MessageMention {
  return {
    sessionId: addressOf(user, ref),
    messageId: message.id,
    role: sideOf(message),
    start: startOf(message),
    createdAt: message.createdAt,
  }
}

const textOf = ({ context }: Summary) => ({ context, facts: parseFacts(context) })

const sideOf = ({ role }: Message) => (isAssistant(role) ? ('assistant' as const) : ('user' as const))

const startOf = ({ content }: Message) =>
  content.length > START_CHARS ? `${content.slice(0, START_CHARS).trimEnd()}…` : content

/** Every reply leaves a job that finds nothing to do while the window is short: that is no work to speak of. */
function toWork(job: JobState | null, isLong: boolean, at: number): MemoryWork {
  if (!job || !(isLong || job.rebuild || job.attempts > 0)) return { state: 'idle' }
  const { rebuild, attempts } = job
  if (job.leaseUntil !== null && job.leaseUntil > at) return { state: 'running', rebuild }
  if (attempts > 0) return { state: 'failing', rebuild, attempts, nextTryAt: job.dueAt }
  return { state: 'waiting', rebuild, at: job.dueAt }
}
