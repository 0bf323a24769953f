'use client'

import { type ReactNode, useEffect, useState } from 'react'
import { late } from '#components/ui/late.tsx'
import type { ReceiptView } from '#lib/chat/memory-types.ts'
import { getReceipt } from '#lib/client/memory-api.ts'
import { showSummary } from '#lib/client/memory-panel-state.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { countOf, firstWordAfter, rangeOf, sourceOf } from './memory-words.ts'
import { Mention } from './mention.tsx'
import { SmallButton } from './small-button.tsx'
import { useForgotten } from './use-forgotten.ts'

const PromptDialog = late(async () => (await import('./prompt-dialog.tsx')).PromptDialog)

type Props = { sessionId: string; messageId: string }

/** What memory gave to a reply. */
export function ReceiptCard({ sessionId, messageId }: Props) {
  const [receipt, setReceipt] = useState<ReceiptView | string | null>(null)
  const [inspecting, setInspecting] = useState(false)
  const forgotten = useForgotten()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was forgotten is the reason to look again
  useEffect(() => {
    let wanted = true
    getReceipt(sessionId, messageId).then(
      (found) => wanted && setReceipt(found),
      (error) => wanted && setReceipt(sentenceOf(error)),
    )
    return () => {
      wanted = false
    }
  }, [sessionId, messageId, forgotten])

  return (
    <section
      aria-label="Receipt"
      aria-busy={receipt === null}
      className="mt-1 mb-6 w-full max-w-[34rem] rounded-2xl border border-line bg-surface px-4 py-3.5 text-sm"
    >
      {receipt === null ? (
        <p className="text-ink-muted">Looking for the receipt…</p>
      ) : typeof receipt === 'string' ? (
        <p role="alert" className="text-danger">
          {receipt}
        </p>
      ) : (
        <Told receipt={receipt} sessionId={sessionId} onInspect={() => setInspecting(true)} />
      )}
      {inspecting && (
        <PromptDialog
          sessionId={sessionId}
          messageId={messageId}
          onClose={() => setInspecting(false)}
          onMissing={() => setInspecting(false)}
        />
      )}
    </section>
  )
}

function Told(props: { receipt: ReceiptView; sessionId: string; onInspect: () => void }) {
  const { receipt, sessionId, onInspect } = props
  const { summary, window, retrieved, tokens, ms, usage, model, hasPrompt } = receipt
  return (
    <div className="space-y-3">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-4 gap-y-1.5">
        <Row name="Summary" tokens={tokens.context}>
          {summary === null ? (
            'none was needed'
          ) : 'gone' in summary ? (
            'one that went with a forgotten message'
          ) : summary.number === 0 ? (
            summary.undone ? (
              'one that was undone since'
            ) : (
              'one of another version of this chat'
            )
          ) : (
            <>
              <button
                type="button"
                onClick={() => showSummary(summary.id)}
                className="rounded font-medium underline decoration-ink-faint underline-offset-4 hover:decoration-ink"
              >
                version {summary.number}
              </button>{' '}
              <span className="text-ink-muted">
                {sourceOf(summary)}, {rangeOf(summary.covers)}
              </span>
            </>
          )}
        </Row>
        <Row name="Word for word" tokens={tokens.window}>
          {countOf(window.messages, 'message')}
          {window.forgotten > 0 && (
            <span className="text-ink-muted">, {window.forgotten} of them forgotten since</span>
          )}
        </Row>
        <Row name="Found again" tokens={tokens.retrieved}>
          {retrieved.length === 0 ? 'nothing' : countOf(retrieved.length, 'message')}
        </Row>
      </dl>
      {retrieved.length > 0 && (
        <ul aria-label="Found again" className="border-line border-l-2 pl-4">
          {retrieved.map((mention, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and gaps are alike
            <li key={index}>
              {mention ? (
                <Mention mention={mention} elsewhere={mention.sessionId !== sessionId} />
              ) : (
                <p className="py-1.5 text-ink-muted">A message that was forgotten since.</p>
              )}
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-t pt-3">
        <p className="text-ink-muted text-xs leading-relaxed">
          {[
            model,
            usage?.input == null
              ? `about ${countOf(tokens.total, 'token')}`
              : `${countOf(usage.input, 'token')} in`,
            usage?.output == null ? '' : `${usage.output.toLocaleString('en')} out`,
            firstWordAfter(ms),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {hasPrompt && <SmallButton onClick={onInspect}>What the model saw</SmallButton>}
      </div>
    </div>
  )
}

function Row({ name, tokens, children }: { name: string; tokens: number; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
      <dd className="text-right text-ink-faint text-xs tabular-nums leading-5">
        {tokens > 0 ? countOf(tokens, 'token') : ''}
      </dd>
    </>
  )
}
