import type { ModelSettings } from '#lib/llm/models.ts'
import type { EnvReader } from './env-reader.ts'

/** Where Ollama listens unless told otherwise. */
const OLLAMA_URL = 'http://127.0.0.1:11434'

/** The providers that are set up; problems go to the reader. */
export function readModels(read: EnvReader, vercel: boolean): ModelSettings {
  const baseUrl = read.url('OPENAI_BASE_URL') ?? read.url('OPENAI_API_BASE')
  return {
    openaiApiKey: read.key('OPENAI_API_KEY'),
    openaiBaseUrl: baseUrl && withoutTrailingSlash(baseUrl.href),
    azure: readAzure(read),
    gateway: vercel || read.key('AI_GATEWAY_API_KEY') !== undefined,
    ollamaUrl: vercel ? undefined : readOllamaUrl(read),
    ...readChatModels(read),
    memoryModel: read.text('MEMORY_MODEL') ?? read.text('MOTORHEAD_MODEL'),
    embeddingModel: read.text('EMBEDDING_MODEL'),
    azureEmbedding: read.text('AZURE_DEPLOYMENT_ID_ADA'),
  }
}

/** One name, or several with commas between them: a person can choose then. */
function readChatModels(read: EnvReader): Pick<ModelSettings, 'chatModel' | 'chatChoices'> {
  const listed = read.text('CHAT_MODEL')?.split(',') ?? []
  const names = [...new Set(listed.map((name) => name.trim()).filter((name) => name !== ''))]
  return { chatModel: names[0], ...(names.length > 1 && { chatChoices: names }) }
}

function readAzure(read: EnvReader): ModelSettings['azure'] {
  const apiKey = read.key('AZURE_API_KEY')
  const apiBase = read.url('AZURE_API_BASE')
  const deployment = read.text('AZURE_DEPLOYMENT_ID')
  if (apiKey && apiBase && deployment) {
    return { apiKey, apiBase: withoutTrailingSlash(apiBase.href), deployment }
  }
  const missing = Object.entries({
    AZURE_API_KEY: apiKey,
    AZURE_API_BASE: apiBase,
    AZURE_DEPLOYMENT_ID: deployment,
  }).filter(([name, value]) => value === undefined && read.text(name) === undefined)
  if (missing.length > 0 && missing.length < 3) {
    const names = missing.map(([name]) => name).join(' and ')
    read.problem(`${names} must be set too, as other AZURE_ variables are: set all three, or none.`)
  }
  return undefined
}

function readOllamaUrl(read: EnvReader): string | undefined {
  if (read.text('OLLAMA_URL')?.toLowerCase() === 'off') return undefined
  return withoutTrailingSlash(read.url('OLLAMA_URL')?.href ?? OLLAMA_URL)
}

export function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
