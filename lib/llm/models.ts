import type { LanguageModel } from 'ai'
import type { ModelStatus } from '#lib/chat/types.ts'

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
  memoryModel?: string
}

/** Which provider answers now, and its models. */
export type Models = { status: ModelStatus; chat: LanguageModel; memory: LanguageModel }
