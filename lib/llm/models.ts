import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createGateway, defaultSettingsMiddleware, wrapLanguageModel } from 'ai'
import type { ModelStatus } from '#lib/chat/types.ts'
import { createProbe, firstChatModel, isLoopback } from './discovery.ts'
import { createOfflineModel } from './offline.ts'
import type { ReplyModel } from './stream-reply.ts'
import { createTransport } from './transport.ts'

/** From `lib/server/config.ts`; empty strings never occur. */
export type ModelSettings = {
  openaiApiKey?: string
  /** A custom base URL speaks chat completions; without it OpenAI itself, the provider's default API. */
  openaiBaseUrl?: string
  azure?: { apiKey: string; apiBase: string; deployment: string }
  /** On Vercel, or with an AI_GATEWAY_API_KEY. */
  gateway: boolean
  /** Probed in development and self-hosting only. */
  ollamaUrl?: string
  chatModel?: string
  /** The models that a person can choose among, `chatModel` first; absent where there is no choice. */
  chatChoices?: string[]
  memoryModel?: string
  /** Of the provider's embedding models; absent: none is used. */
  embeddingModel?: string
  /** The deployment of one on Azure. */
  azureEmbedding?: string
}

/** Which provider answers now, and its models. */
export type Models = { status: ModelStatus; chat: ReplyModel; memory: ReplyModel }

/** Fast and good at holding a conversation; CHAT_MODEL names another. */
const DEFAULT_MODEL = 'gpt-5.4-mini'

/** A local service answers at once or is not there; a reply never waits longer for it. */
const OLLAMA_PROBE_MS = 300
/** A server of one's own may be elsewhere; asked only when CHAT_MODEL is not set. */
const CUSTOM_PROBE_MS = 1500
/** So soon a service that was started or stopped meanwhile is noticed. */
const PROBE_AGAIN_MS = 5000

/**
 * The model of the first provider that applies (DESIGN.md, "Model providers"), `choice` among several when it is one of
 * them. `current` never throws and takes at most a probe's time: a provider that does not work shows when it is called.
 */
export function createModels(
  settings: ModelSettings,
  deps: ModelDeps = {},
): { current(choice?: string | null): Promise<Models> } {
  const { chatChoices = [], chatModel, memoryModel = chatModel } = settings
  const { fetch = createTransport(), now = Date.now } = deps
  const probe = { fetch, now, againMs: PROBE_AGAIN_MS }
  const byDefault = createProvider(settings, probe)
  const chosen = new Map(
    chatChoices.map((name) => [name, createProvider({ ...settings, chatModel: name, memoryModel }, probe)]),
  )
  return {
    async current(choice) {
      const models = await (chosen.get(choice ?? '') ?? byDefault).current()
      const { provider } = models.status
      // Azure's model is its deployment.
      if (chosen.size === 0 || provider === 'offline' || provider === 'azure') return models
      return { ...models, status: { ...models.status, choices: chatChoices } }
    },
  }
}

type ModelDeps = { fetch?: typeof fetch; now?: () => number }

type ProbeDeps = { fetch: typeof fetch; now: () => number; againMs: number }

function createProvider(settings: ModelSettings, probe: ProbeDeps): { current(): Promise<Models> } {
  if (settings.openaiBaseUrl) return createCustom(settings, settings.openaiBaseUrl, probe)
  const fixed = createFixed(settings, probe.fetch)
  if (fixed) return { current: async () => fixed }
  const offline = createOffline()
  const { ollamaUrl } = settings
  if (!ollamaUrl || !isLoopback(ollamaUrl)) return { current: async () => offline }
  return createOllama(settings, ollamaUrl, offline, probe)
}

function createFixed(settings: ModelSettings, request: typeof fetch): Models | null {
  const { openaiApiKey, azure, chatModel = DEFAULT_MODEL } = settings
  if (openaiApiKey) {
    const openai = createOpenAI({
      apiKey: openaiApiKey,
      baseURL: 'https://api.openai.com/v1',
      fetch: request,
    })
    return modelsOf('openai', chatModel, settings, (id) => unstored(openai(id)))
  }
  if (azure) {
    const base = azure.apiBase.replace(/\/+$/u, '').replace(/\/openai(?:\/v1)?$/u, '')
    const provider = createOpenAICompatible({
      name: 'azure',
      baseURL: `${base}/openai/v1`,
      headers: { 'api-key': azure.apiKey },
      fetch: request,
    })
    return modelsOf('azure', azure.deployment, settings, (id) => provider(id))
  }
  if (settings.gateway) {
    const gateway = createGateway({ fetch: request })
    return modelsOf('gateway', chatModel, settings, (id) => gateway(id.includes('/') ? id : `openai/${id}`))
  }
  return null
}

function createCustom(
  settings: ModelSettings,
  baseURL: string,
  deps: ProbeDeps,
): { current(): Promise<Models> } {
  const provider = createOpenAICompatible({
    name: 'custom',
    baseURL: baseURL.replace(/\/+$/u, ''),
    apiKey: settings.openaiApiKey,
    fetch: deps.fetch,
  })
  const models = (chatModel: string) => modelsOf('custom', chatModel, settings, (id) => provider(id))
  if (settings.chatModel) {
    const fixed = models(settings.chatModel)
    return { current: async () => fixed }
  }
  const headers: HeadersInit = settings.openaiApiKey
    ? { authorization: `Bearer ${settings.openaiApiKey}` }
    : {}
  const list = createProbe({
    ...deps,
    url: `${baseURL.replace(/\/+$/u, '')}/models`,
    headers,
    timeoutMs: CUSTOM_PROBE_MS,
  })
  return { current: async () => models(firstChatModel(await list()) ?? DEFAULT_MODEL) }
}

function createOllama(
  settings: ModelSettings,
  url: string,
  offline: Models,
  deps: ProbeDeps,
): { current(): Promise<Models> } {
  const base = url.replace(/\/+$/u, '')
  const provider = createOpenAICompatible({ name: 'ollama', baseURL: `${base}/v1`, fetch: deps.fetch })
  const tags = createProbe({ ...deps, url: `${base}/api/tags`, headers: {}, timeoutMs: OLLAMA_PROBE_MS })
  return {
    async current() {
      const answer = await tags()
      const chatModel = answer === null ? null : (settings.chatModel ?? firstChatModel(answer))
      return chatModel === null ? offline : modelsOf('ollama', chatModel, settings, (id) => provider(id))
    },
  }
}

function modelsOf(
  provider: Exclude<ModelStatus['provider'], 'offline'>,
  chatModel: string,
  settings: ModelSettings,
  open: (id: string) => ReplyModel,
): Models {
  const label = provider === 'ollama' ? `${chatModel} (Ollama)` : chatModel
  return {
    status: { provider, label, connected: true },
    chat: open(chatModel),
    memory: open(settings.memoryModel ?? chatModel),
  }
}

function createOffline(): Models {
  const model = createOfflineModel()
  return {
    status: { provider: 'offline', label: 'No model connected', connected: false },
    chat: model,
    memory: model,
  }
}

/** Conversations are kept here, and nowhere else if we can say so. */
function unstored(model: ReturnType<ReturnType<typeof createOpenAI>>): ReplyModel {
  const settings = { providerOptions: { openai: { store: false } } }
  return wrapLanguageModel({ model, middleware: defaultSettingsMiddleware({ settings }) })
}
