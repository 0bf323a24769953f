import type { Embed } from '#lib/memory/embedding.ts'
import { estimateTokens } from '#lib/memory/tokens.ts'
import type { ModelSettings } from './models.ts'
import { createTransport } from './transport.ts'

/** An answer longer than this is none: 64 vectors of 4,096 numbers, written out. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

type Endpoint = { url: string; model: string; headers: Record<string, string> }

/**
 * The embedding model that is configured, through OpenAI's `/embeddings`, which every compatible server speaks; `null`
 * when there is none. It is that of the chat's provider; on Azure the deployment AZURE_DEPLOYMENT_ID_ADA.
 */
export function createEmbed(settings: ModelSettings): Embed | null {
  const endpoint = endpointOf(settings)
  if (!endpoint) return null
  const { url, model, headers } = endpoint
  const request = createTransport()
  return {
    model,
    async run(texts, signal) {
      const response = await request(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
        signal,
      })
      if (!response.ok) throw new Error(`The embedding model answered with status ${response.status}.`)
      const answer = await response.text()
      if (answer.length > MAX_ANSWER_BYTES) throw new Error('The embedding model answered with too much.')
      const { vectors, tokens } = parseAnswer(JSON.parse(answer), texts.length)
      const estimated = texts.reduce((sum, text) => sum + estimateTokens(text), 0)
      return { vectors, inputTokens: tokens ?? estimated }
    },
  }
}

function endpointOf(settings: ModelSettings): Endpoint | null {
  const { embeddingModel, azure, azureEmbedding, openaiApiKey, openaiBaseUrl, ollamaUrl } = settings
  if (azure && azureEmbedding && !openaiApiKey && !openaiBaseUrl) {
    const base = azure.apiBase.replace(/\/openai(?:\/v1)?$/u, '')
    return {
      url: `${base}/openai/v1/embeddings`,
      model: azureEmbedding,
      headers: { 'api-key': azure.apiKey },
    }
  }
  if (!embeddingModel) return null
  const headers: Record<string, string> = openaiApiKey ? { authorization: `Bearer ${openaiApiKey}` } : {}
  const base = openaiBaseUrl ?? (openaiApiKey ? 'https://api.openai.com/v1' : ollamaUrl && `${ollamaUrl}/v1`)
  return base ? { url: `${base.replace(/\/+$/u, '')}/embeddings`, model: embeddingModel, headers } : null
}

/** `data` may come in any order; each entry says which text it is of. */
function parseAnswer(
  answer: unknown,
  count: number,
): { vectors: Float32Array[]; tokens: number | undefined } {
  const { data, usage } = (answer ?? {}) as { data?: unknown; usage?: { prompt_tokens?: unknown } }
  if (!Array.isArray(data) || data.length !== count)
    throw new Error('The embedding model left out some texts.')
  const vectors: Float32Array[] = []
  for (const [place, entry] of data.entries()) {
    const { embedding, index = place } = entry as { embedding?: unknown; index?: number }
    if (!Array.isArray(embedding) || embedding.length === 0) throw new Error('An embedding holds no numbers.')
    vectors[index] = ofLengthOne(Float32Array.from(embedding))
  }
  const tokens = usage?.prompt_tokens
  return { vectors, tokens: typeof tokens === 'number' ? tokens : undefined }
}

function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  if (!Number.isFinite(length) || length === 0) throw new Error('An embedding holds no direction.')
  return vector.map((value) => value / length)
}
