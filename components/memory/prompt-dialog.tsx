'use client'

import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { copyText } from '#components/ui/copy-text.ts'
import { Dialog } from '#components/ui/dialog.tsx'
import type { PromptView } from '#lib/chat/memory-types.ts'
import { getPrompt } from '#lib/client/memory-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { countOf, dollarsOf, firstWordAfter, secondsOf } from './memory-words.ts'
import { PromptMessage } from './prompt-message.tsx'
import { PartTotals } from './prompt-totals.tsx'
import { SmallButton } from './small-button.tsx'

type Props = { sessionId: string; messageId: string; onClose: () => void }

/** The exact prompt of a reply, with what each part of it is and weighs. */
export function PromptDialog({ sessionId, messageId, onClose }: Props) {
  const [prompt, setPrompt] = useState<PromptView | string | null>(null)
  useEffect(() => {
    let wanted = true
    getPrompt(sessionId, messageId).then(
      (found) => wanted && setPrompt(found),
      (error) => wanted && setPrompt(sentenceOf(error)),
    )
    return () => {
      wanted = false
    }
  }, [sessionId, messageId])

  return (
    <Dialog title="What the model saw" onClose={onClose} className="!w-[min(52rem,calc(100vw-1.5rem))]">
      <div className="relative min-h-40 space-y-5 overflow-y-auto px-5 pb-6">
        {prompt === null ? (
          <p className="text-ink-muted text-sm">Looking for the prompt…</p>
        ) : typeof prompt === 'string' ? (
          <p role="alert" className="text-danger text-sm">
            {prompt}
          </p>
        ) : (
          <>
            <Heading prompt={prompt} />
            <PartTotals prompt={prompt} />
            <ol aria-label="Prompt" className="space-y-4">
              {prompt.messages.map((message, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
                <li key={index}>
                  <PromptMessage message={message} onLeave={onClose} />
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </Dialog>
  )
}

function Heading({ prompt }: { prompt: PromptView }) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-60 max-w-[34rem] grow text-sm leading-relaxed">
        <p>
          {prompt.exact
            ? 'This is the whole of it, character for character.'
            : `This is what can still be told of it. ${whatIsMissing(prompt)}`}
        </p>
        <p className="text-ink-muted text-xs">{factsOf(prompt)}</p>
      </div>
      <CopyJson prompt={prompt} />
    </div>
  )
}

function whatIsMissing({ missing }: PromptView): string {
  const gone = [
    missing.summary && 'the summary',
    missing.window > 0 && countOf(missing.window, 'message'),
    missing.retrieved > 0 && countOf(missing.retrieved, 'found message'),
  ].filter(Boolean)
  return gone.length > 0
    ? `Forgotten since, and marked in its place: ${gone.join(', ')}.`
    : 'It was put together by another version of this app, or by a memory elsewhere.'
}

function factsOf({ model, usage, ms, price }: PromptView): string {
  const counted =
    usage?.input == null
      ? []
      : [
          `${countOf(usage.input, 'token')} in${usage.cached ? ` (${usage.cached.toLocaleString('en')} from the provider's cache)` : ''}`,
          ...(usage.output == null ? [] : [`${countOf(usage.output, 'token')} out`]),
        ]
  const took = ms ? [`memory ${ms.memory} ms`, firstWordAfter(ms), `all of it ${secondsOf(ms.total)}`] : []
  const cost =
    price && usage?.input != null
      ? [dollarsOf((usage.input * price.input + (usage.output ?? 0) * price.output) / 1e6)]
      : []
  return [model, ...counted, ...cost, ...took].filter(Boolean).join(' · ')
}

/** As a provider takes it. */
function CopyJson({ prompt }: { prompt: PromptView }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(setCopied, 1600, false)
    return () => clearTimeout(timer)
  }, [copied])
  const messages = prompt.messages.map(({ role, content }) => ({ role, content }))
  return (
    <SmallButton
      className="inline-flex items-center gap-1.5"
      onClick={() => void copyText(JSON.stringify(messages, null, 2)).then(setCopied)}
    >
      {copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      Copy as JSON
      {copied && (
        <span role="status" className="sr-only">
          Copied.
        </span>
      )}
    </SmallButton>
  )
}
