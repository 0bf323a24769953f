import type { ChatService } from '#lib/chat/chat.ts'
import { firstWords } from '#lib/chat/titles.ts'
import { newId } from '#lib/memory/ids.ts'
import type { Keys } from '#lib/memory/keys.ts'
import type { Memory } from '#lib/memory/memory.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { createWire, type Wire } from '#lib/memory/wire/handler.ts'
import type { Retries } from '#lib/memory/wire/retries.ts'
import type { Config } from './config.ts'
import { errorFields, log } from './log.ts'

/** What a program has removed is scrubbed from the files some time later, together with what follows. */
const SCRUB_PAUSE_MS = 10_000

type Parts = {
  config: Config
  store: Store
  retries: Retries
  memory: Memory
  /** Whether what messages mean is computed in the background. */
  embeds: boolean
  chat: Pick<ChatService, 'wake' | 'touch' | 'afterForgetting'>
  /** Keeps the host from stopping this process before the work is done. */
  holdOpen: (work: Promise<unknown>) => void
  keys: Keys
  /** A request has come. */
  onRequest: () => void
  now: () => number
}

/** The memory API of this process, over its store and its background work. */
export function openWire(parts: Parts): Wire {
  const { config, store, retries, memory, embeds, chat, keys, holdOpen, onRequest, now } = parts
  const { maxWindowSize, longTerm } = config.memory
  const scrub = onceAt(now, chat.afterForgetting)
  const compact = onceAt(now, chat.wake)
  const wire = createWire({
    store,
    retries,
    retrieve: memory.retrieve,
    longTermMemory: longTerm,
    maxWindowSize,
    embeds,
    access: {
      ...config.wire,
      trustsThisMachine: !config.vercel,
      findKey: keys.find,
    },
    titleOf: firstWords,
    newId,
    now,
    onCompaction: (dueAt) => holdOpen(compact(dueAt)),
    // Not worth keeping a function awake for: the next request catches it up.
    onForgotten: () => void scrub(now() + SCRUB_PAUSE_MS),
    onError: (error) => log('error', 'wire-failed', errorFields(error)),
  })
  return (call) => {
    chat.touch()
    onRequest()
    return wire(call)
  }
}

/** A busy program asks for work many times a second; one look at what is due does for all of it. Resolves when it begins. */
function onceAt(now: () => number, work: () => void): (dueAt: number) => Promise<void> {
  let waiting: Promise<void> | undefined
  return (dueAt) => {
    waiting ??= new Promise((resolve) => {
      const look = () => {
        waiting = undefined
        work()
        resolve()
      }
      setTimeout(look, Math.max(0, dueAt - now())).unref()
    })
    return waiting
  }
}
