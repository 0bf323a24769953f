import type { ClientStore, Save, Saved } from '../store/client-store.ts'
import type { SessionRef } from '../store/store.ts'
import { estimateTokens } from '../tokens.ts'
import { type WireCall, WireRefusal } from './call.ts'
import { bodyBytes, readBody, readQuery } from './parse.ts'
import { markOf, type Retries } from './retries.ts'
import { saveBody, saveQuery } from './schema.ts'

const MAX_KEY_CHARACTERS = 255

/** A summary that waits this long gathers what a busy program posts in one go, and nobody waits for it. */
const COMPACTION_PAUSE_MS = 200

export type SaveDeps = {
  store: Pick<ClientStore, 'saveMessages'>
  retries: Retries
  maxWindowSize: number
  titleOf(text: string): string
  newId(): string
  now(): number
  /** Whether what messages mean is computed in the background. */
  embeds?: boolean
  /** Background work is due at that time. */
  onCompaction(dueAt: number): void
}

/** Saves the messages of a request: durable when this resolves, before anything is made of them. */
export function createSave({
  store,
  retries,
  maxWindowSize,
  titleOf,
  newId,
  now,
  embeds = false,
  onCompaction,
}: SaveDeps) {
  return async function save(call: WireCall, ref: SessionRef, query: URLSearchParams): Promise<void> {
    const { namespace } = readQuery(saveQuery, query)
    const bytes = await bodyBytes(call)
    const { messages, context } = await readBody(saveBody, bytes)
    if (messages.length === 0 && typeof context !== 'string') return
    const mark = markOf(ref.namespace, ref.sessionId, namespace ?? '', bytes)
    const named = nameOf(call, mark)
    const at = now()
    const write = (mark: Save['mark']) =>
      store.saveMessages(ref, {
        messages: messages.map(({ role, content, name, created_at }) => ({
          id: newId(),
          role,
          content,
          name: name ?? null,
          createdAt: created_at ?? at,
        })),
        context: typeof context === 'string' ? toContext(context) : null,
        label: namespace ?? '',
        // Made for a new session only.
        get title() {
          return titleOf(messages[0]?.content ?? context ?? '')
        },
        named,
        mark,
        at,
        maxWindow: maxWindowSize,
        compactionAt: at + COMPACTION_PAUSE_MS,
        ...(embeds && { jobs: [{ kind: 'embedding', dueAt: at + COMPACTION_PAUSE_MS }] }),
      })
    // A name settles what a mark has to guess.
    const outcome = named ? write(null) : retries.save(mark, write)
    if (!named) watch(call, mark, outcome)
    settle(await outcome, at)
  }

  function watch(call: WireCall, mark: string, outcome: Promise<Saved>): void {
    let wasSent = false
    call.onDelivery((arrives) => {
      if (arrives) retries.sent(mark)
      else retries.lost(mark, outcome, { afterSent: wasSent })
      wasSent ||= arrives
    })
  }

  function settle(saved: Saved, at: number): void {
    if (saved === 'compacting' || (embeds && saved === 'saved')) onCompaction(at + COMPACTION_PAUSE_MS)
    if (saved === 'conflict') {
      throw new WireRefusal(
        409,
        'This Idempotency-Key was used for another save of this session: use a new one.',
      )
    }
  }

  function toContext(text: string): Save['context'] {
    return { id: newId(), text, tokens: estimateTokens(text) }
  }
}

function nameOf(call: WireCall, hash: string): Save['named'] {
  const id = call.header('idempotency-key')
  if (id === null || id === undefined || id === '') return null
  if (id.length > MAX_KEY_CHARACTERS) {
    throw new WireRefusal(400, `The Idempotency-Key is longer than ${MAX_KEY_CHARACTERS} characters.`)
  }
  return { id, hash }
}
