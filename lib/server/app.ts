import 'server-only'
import type { ChatService } from '#lib/chat/chat.ts'
import type { Models } from '#lib/llm/models.ts'
import { type Config, loadConfig, sessionSecrets } from './config.ts'
import { createLimits, type Limits } from './limits.ts'
import { processSlot } from './process-slot.ts'
import { createIdentity, type Identity } from './sealed-cookie.ts'

/** What answers requests, over an open store. */
export type App = {
  chat: ChatService
  models: { current(): Promise<Models> }
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

async function openApp(_config: Config): Promise<App> {
  throw new Error('the chat service is not wired yet')
}
