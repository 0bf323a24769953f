import { createHash } from 'node:crypto'
import type { ReportedUsage } from '#lib/llm/usage.ts'
import type { Recall } from '#lib/memory/memory.ts'
import type { Receipt } from '#lib/memory/store/store.ts'
import type { Prompt } from './prompt.ts'

/** What is noted of a reply while it is written, for the receipt under it. */
export type ReceiptNotes = {
  /** The model has begun to write. */
  begun(): void
  /** What the provider counted, when it does. */
  counted(usage: ReportedUsage): void
  receipt(): Receipt
}

/** `startedAt`: by `performance.now()`, when memory was asked. Call it when the prompt is about to go out. */
export function noteReceipt(made: {
  recall: Recall
  prompt: Prompt
  fence: string
  customInstructions: string
  partial: string
  model: string
  startedAt: number
}): ReceiptNotes {
  const { recall, prompt, fence, customInstructions, partial, model, startedAt } = made
  const sentAt = performance.now()
  let begunAt: number | null = null
  let usage: Receipt['usage']
  const { context, window, retrieved } = recall.tokens

  return {
    begun() {
      begunAt ??= performance.now()
    },
    counted({ inputTokens: { total: input, cacheRead: cached }, outputTokens: { total: output } }) {
      if (input === undefined && output === undefined) return
      usage = { input: input ?? null, cached: cached ?? null, output: output ?? null }
    },
    receipt: () => ({
      summaryId: recall.summaryId,
      windowIds: recall.window.map((message) => message.id),
      retrieved: recall.retrieved.map(({ sessionId, id }) => ({ sessionId, messageId: id })),
      tokens: { context, window, retrieved, total: context + window + retrieved },
      model,
      made: { fence, custom: customInstructions, partial: partial.length, digest: digestOf(prompt) },
      ms: {
        memory: Math.round(sentAt - startedAt),
        first: begunAt === null ? null : Math.round(begunAt - sentAt),
        total: Math.round(performance.now() - startedAt),
      },
      ...(usage && { usage }),
    }),
  }
}

/** By this a prompt that is made again is known to be the one that was sent. */
export const digestOf = (prompt: Prompt): string =>
  createHash('sha256').update(JSON.stringify(prompt)).digest('base64url')
