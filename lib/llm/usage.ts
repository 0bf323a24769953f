import type { Tokens } from '#lib/memory/store/usage-store.ts'
import { estimateTokens } from '#lib/memory/tokens.ts'
import type { ReplyPart } from './stream-reply.ts'

/** What a provider reports of one call. */
export type ReportedUsage = Extract<ReplyPart, { type: 'finish' }>['usage']

export const reportedTokens = ({ inputTokens, outputTokens }: ReportedUsage) => ({
  inputTokens: inputTokens.total,
  outputTokens: outputTokens.total,
})

/** What a call took: as the provider reports it, and estimated from the texts where it reports nothing. */
export function tokensOf(
  reported: { inputTokens?: number | undefined; outputTokens?: number | undefined } | undefined,
  texts: { prompt: string; answer: string },
): Tokens {
  return {
    inputTokens: reported?.inputTokens || estimateTokens(texts.prompt),
    outputTokens: reported?.outputTokens || estimateTokens(texts.answer),
  }
}
