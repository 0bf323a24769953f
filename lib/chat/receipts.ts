import type { SessionRef, Store } from '#lib/memory/store/store.ts'
import { mentionOf, toVersions } from './memory-panel.ts'
import type { MessageMention, PromptView, ReceiptView } from './memory-types.ts'
import { promptAgain } from './past-prompt.ts'
import { sessionAt } from './session-address.ts'

/** What a reply was given, told from its receipt. `null`: there is no such reply, or it has none. */
export type Receipts = {
  receipt(user: string, session: string, messageId: string): Promise<ReceiptView | null>
  /** The exact prompt; `null` also when the reply was written before prompts could be told. */
  prompt(user: string, session: string, messageId: string): Promise<PromptView | null>
}

export function createReceipts({
  store,
  price = null,
}: {
  store: Store
  /** Dollars for a million tokens of the chat model. */
  price?: PromptView['price']
}): Receipts {
  async function summaryOf(ref: SessionRef, id: string | null): Promise<ReceiptView['summary']> {
    if (id === null) return null
    const summary = await store.getSummary(ref, id)
    if (!summary) return { gone: true }
    const shown = await store.outlineSummaries(ref)
    const version = toVersions(shown).find((each) => each.id === id)
    // Of another branch, or undone: it has no number among those that are shown.
    return { ...(version ?? toUnnumbered(summary)), undone: summary.undone }
  }

  async function mentioned(
    user: string,
    ref: SessionRef,
    named: { sessionId: string; messageId: string } | null,
  ): Promise<MessageMention | null> {
    if (!named) return null
    const from = { namespace: ref.namespace, sessionId: named.sessionId }
    const message = await store.getMessage(from, named.messageId)
    return message && mentionOf(user, from, message)
  }

  return {
    async receipt(user, session, messageId) {
      const ref = await sessionAt(store, user, session)
      const receipt = (await store.getMessage(ref, messageId))?.receipt
      if (!receipt) return null
      return {
        model: receipt.model,
        summary: await summaryOf(ref, receipt.summaryId),
        window: {
          messages: receipt.windowIds.length,
          forgotten: receipt.windowIds.filter((id) => id === null).length,
        },
        retrieved: await Promise.all(receipt.retrieved.map((named) => mentioned(user, ref, named))),
        tokens: receipt.tokens,
        ms: receipt.ms ?? null,
        usage: receipt.usage ?? null,
        hasPrompt: receipt.made !== undefined,
      }
    },

    async prompt(user, session, messageId) {
      const ref = await sessionAt(store, user, session)
      const past = await promptAgain(store, ref, messageId)
      if (!past) return null
      const { prompt, parts, exact, missing, receipt } = past
      const texts = [{ role: 'system' as const, content: prompt.instructions }, ...prompt.messages]
      return {
        model: receipt.model,
        exact,
        missing,
        messages: texts.map(({ role, content }, index) => ({ role, content, parts: parts[index] ?? [] })),
        ms: receipt.ms ?? null,
        usage: receipt.usage ?? null,
        price,
      }
    },
  }
}

function toUnnumbered(summary: Parameters<typeof toVersions>[0][number]) {
  const [version] = toVersions([summary])
  return { ...(version as NonNullable<typeof version>), number: 0 }
}
