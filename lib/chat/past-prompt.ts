import { noteLine } from '#lib/llm/notes.ts'
import { factDate, factRole, parseFacts } from '#lib/memory/facts.ts'
import type { Recall } from '#lib/memory/memory.ts'
import { type Missing, recallAgain } from '#lib/memory/recall-again.ts'
import type { Receipt, SessionRef, Store } from '#lib/memory/store/store.ts'
import { estimateTokens } from '#lib/memory/tokens.ts'
import type { PromptPart } from './memory-types.ts'
import { buildPrompt, lastingFence, type Prompt } from './prompt.ts'
import { digestOf } from './receipt.ts'

export type PastPrompt = {
  prompt: Prompt
  /** Byte for byte what was sent; else something that it named is gone, or it was made by an older version. */
  exact: boolean
  missing: Missing
  recall: Recall
}

/** The prompt of a reply, made again by the one function that made it; `null` when its receipt cannot tell it. */
export async function promptAgain(
  store: Store,
  ref: SessionRef,
  messageId: string,
): Promise<(PastPrompt & { receipt: Receipt; parts: PromptPart[][] }) | null> {
  const message = await store.getMessage(ref, messageId)
  const made = message?.receipt?.made
  if (!message?.receipt || !made) return null
  const { receipt } = message
  // Nobody can write this: the fence was drawn when the prompt was made.
  const gap = `[forgotten ${made.fence}]`
  const { recall, missing } = await recallAgain(store, ref, receipt, gap)
  const partial = message.content.slice(0, made.partial)
  const { fence, custom: customInstructions } = made
  const prompt = buildPrompt({ recall, fence, customInstructions, ...(partial && { partial }) })
  const parts = partsOf(prompt, recall, { gap, fence })
  return { prompt, exact: digestOf(prompt) === made.digest, missing, recall, receipt, parts }
}

/**
 * What each text of a prompt is made of: first its instructions, then its messages. The texts of a message's parts, put
 * together, are the message.
 */
function partsOf(prompt: Prompt, recall: Recall, known: { gap: string; fence: string }): PromptPart[][] {
  const facts = new Set(parseFacts(recall.context).map(noteLine))
  const hits = new Map(
    recall.retrieved.map((hit) => {
      const fact = { date: factDate(hit.createdAt), role: factRole(hit.role), text: hit.content }
      return [noteLine(fact), hit] as const
    }),
  )
  const last = prompt.messages.findLastIndex(({ role }) => role === 'user')
  const kindOf = (line: string, inNotes: boolean, index: number): Omit<PromptPart, 'text' | 'tokens'> => {
    if (line.includes(known.gap)) return { kind: 'forgotten' }
    const hit = inNotes ? hits.get(line) : undefined
    if (hit) return { kind: 'retrieved', sessionId: hit.sessionId, messageId: hit.id }
    if (inNotes) return { kind: facts.has(line) ? 'summary' : 'frame' }
    return { kind: index === last ? 'question' : 'window' }
  }
  const fences = new Set([known.fence, lastingFence(recall, known.fence)].map((fence) => `---${fence}`))
  const messages = prompt.messages.map(({ content }, index) => {
    const lines = content.split('\n')
    const fenced = (line: string) => fences.has(line)
    const [first, end] = [lines.findIndex(fenced), lines.findLastIndex(fenced)]
    return joined(
      lines.map((line, at) => {
        const inNotes = first > 0 && at >= first - 1 && at <= end + 1
        return { ...kindOf(line, inNotes, index), text: at < lines.length - 1 ? `${line}\n` : line }
      }),
    )
  })
  return [joined([{ kind: 'instructions', text: prompt.instructions }]), ...messages]
}

/** Lines of one kind in a row are one part; each retrieved message is one of its own. */
function joined(lines: Omit<PromptPart, 'tokens'>[]): PromptPart[] {
  const parts: Omit<PromptPart, 'tokens'>[] = []
  for (const line of lines) {
    const part = parts.at(-1)
    const goesOn = part?.kind === line.kind && line.kind !== 'retrieved'
    if (part && goesOn) parts[parts.length - 1] = { ...part, text: part.text + line.text }
    else parts.push(line)
  }
  return parts.map((part) => ({ ...part, tokens: estimateTokens(part.text) }))
}
