import 'server-only'
import { waitUntil } from '@vercel/functions'
import { type ChatService, createChat } from '#lib/chat/chat.ts'
import { createForgetting, type Forgetting } from '#lib/chat/forgetting.ts'
import { createLibrary, type Library } from '#lib/chat/library.ts'
import { createMemoryPanel, type MemoryPanel } from '#lib/chat/memory-panel.ts'
import { createReceipts, type Receipts } from '#lib/chat/receipts.ts'
import { createUsage, type Usage } from '#lib/chat/usage.ts'
import { createEmbed } from '#lib/llm/embed.ts'
import { createModels, type Models } from '#lib/llm/models.ts'
import { isOffline } from '#lib/llm/offline.ts'
import { createSummarizer } from '#lib/llm/summarize.ts'
import { createBackgroundBudget, createTokenLimit } from '#lib/memory/budget.ts'
import { createEmbedding } from '#lib/memory/embedding.ts'
import { extractFacts } from '#lib/memory/extractive.ts'
import { createKeys, type Keys } from '#lib/memory/keys.ts'
import { createMemory } from '#lib/memory/memory.ts'
import { createPace } from '#lib/memory/pace.ts'
import { createRemoteMemory } from '#lib/memory/remote/remote.ts'
import { createRemoteClient } from '#lib/memory/remote/remote-client.ts'
import type { Allowance } from '#lib/memory/store/limit-store.ts'
import type { Wire } from '#lib/memory/wire/handler.ts'
import { createRetries } from '#lib/memory/wire/retries.ts'
import { type Config, loadConfig, sessionSecrets } from './config.ts'
import { createLimits, type Limits } from './limits.ts'
import { errorFields, log } from './log.ts'
import { openStore } from './open-store.ts'
import { isOwnerAlive, processOwner } from './process-owner.ts'
import { processSlot } from './process-slot.ts'
import { createIdentity, type Identity } from './sealed-cookie.ts'
import { openWire } from './wire.ts'

/** What answers requests, over an open store. */
export type App = {
  chat: ChatService
  memory: MemoryPanel
  receipts: Receipts
  forgetting: Forgetting
  /** The keys that people make for their programs. */
  keys: Keys
  library: Library
  usage: Usage
  models: { current(choice?: string | null): Promise<Models> }
  /** The memory API that programs speak. */
  wire: Wire
  /** Counts what a request takes; throws `limit-reached`. A store that cannot count lets nothing through. */
  spend(allowances: Allowance[]): Promise<void>
  /** Reads from the store; throws what is wrong with it. */
  checkStore(): Promise<void>
  close(): Promise<void>
}

/** What stands before the app and needs no store. */
export type Rim = { config: Config; identity: Identity; limits: Limits }

const rimSlot = processSlot<Rim>('rim')
const appSlot = processSlot<Promise<App>>('app')

/** Configuration, identity and limits of this process. Throws `ConfigError`. */
export function rim(): Rim {
  const made = rimSlot.get()
  if (made) return made
  const config = loadConfig()
  const identity = createIdentity({ secrets: sessionSecrets(config), https: config.https })
  const fresh = { config, identity, limits: createLimits(config.limits) }
  rimSlot.set(fresh)
  return fresh
}

/**
 * The app of this process, opened at the first call; call it inside handlers, never at import. Rejects with a
 * `MemoryError` while the store cannot be opened, and tries again at the next call.
 */
export function app(): Promise<App> {
  const opened = appSlot.get()
  if (opened) return opened
  const opening = openApp(rim().config)
  appSlot.set(opening)
  opening.catch(() => appSlot.set(undefined))
  return opening
}

async function openApp(config: Config): Promise<App> {
  const store = await openStore(config)
  const models = createModels(config.models)
  const now = Date.now
  // On Vercel a function stands still as soon as its answer is sent, unless it is told what to wait for.
  const holdOpen = config.vercel ? waitUntil : () => {}
  const settings = { maxWindowSize: config.memory.maxWindowSize, longTermMemory: config.memory.longTerm }
  const { mayWork, usedUp } = createBackgroundBudget({
    store,
    now,
    tokensPerDay: config.memory.backgroundTokensPerDay,
    tokensPerPerson: config.memory.backgroundTokensPerPerson,
  })
  const embed = config.memory.longTerm ? createEmbed(config.models) : null
  const embedding =
    embed &&
    createEmbedding({
      store,
      embed,
      now,
      mayWork,
      onError: (error) => log('warn', 'embedding-failed', errorFields(error)),
    })
  const pace = createPace()
  const local = createMemory({
    store,
    now,
    settings,
    pause: pace.pause,
    ...(embedding && { embedding }),
    summarizer: async ({ namespace }) => {
      if (!(await mayWork(namespace))) return null
      const model = (await models.current()).memory
      return isOffline(model) ? null : createSummarizer({ model, extract: extractFacts })
    },
  })
  const remote =
    config.remote &&
    createRemoteMemory({
      local,
      store,
      now,
      client: createRemoteClient(config.remote),
      onError: (error) => log('warn', 'motorhead-elsewhere', errorFields(error)),
    })
  const chat = createChat({
    store,
    memory: remote ?? local,
    models,
    now,
    mayWork,
    checkTokens: createTokenLimit({ store, now, tokensPerDay: config.limits.tokensPerDay }),
    maxActiveRuns: config.limits.maxActiveRuns,
    holdOpen,
    owner: processOwner({ alone: config.vercel }),
    isOwnerAlive,
    ...(config.verbose && { onPrompt: (text: string) => console.log(text) }),
    onError: (event, error) => log('error', `${event}-failed`, errorFields(error)),
  })
  const keys = createKeys({ store, now })
  const retries = createRetries({
    markAnswered: store.markAnswered,
    now,
    holdOpen,
    onError: (error) => log('warn', 'answered-untold', errorFields(error)),
  })
  const close = async () => {
    await chat.close()
    await retries.close()
    await store.close()
  }
  try {
    await chat.start()
  } catch (error) {
    // The next call opens it anew: this one must leave neither a worker nor an open file behind.
    await close().catch((failure) => log('error', 'close-failed', errorFields(failure)))
    throw error
  }
  return {
    chat,
    memory: createMemoryPanel({
      store,
      now,
      settings,
      usedUp,
      hasModel: async () => !isOffline((await models.current()).memory),
      wake: chat.wake,
      ...(remote && { elsewhere: remote.look }),
    }),
    receipts: createReceipts({ store, price: config.price }),
    forgetting: createForgetting({ store, now, afterForgetting: chat.afterForgetting }),
    library: createLibrary({ store, now }),
    usage: createUsage({
      store,
      now,
      price: config.price,
      tokensPerDay: config.limits.tokensPerDay,
      backgroundTokensPerDay: config.memory.backgroundTokensPerDay,
      backgroundTokensPerPerson: config.memory.backgroundTokensPerPerson,
    }),
    models,
    keys,
    wire: openWire({
      config,
      store,
      retries,
      memory: local,
      embeds: embedding !== null,
      chat,
      keys,
      holdOpen,
      onRequest: pace.met,
      now,
    }),
    close,
    spend: (allowances) => store.spend(allowances, now()),
    checkStore: async () => void (await store.nextJobAt()),
  }
}
