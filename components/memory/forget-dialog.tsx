'use client'

import { useEffect, useState } from 'react'
import { Dialog } from '#components/ui/dialog.tsx'
import type { ForgetPreview, ForgetReport } from '#lib/chat/memory-types.ts'
import { forgetMessage, previewForget } from '#lib/client/memory-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { countOf } from './memory-words.ts'
import { SmallButton } from './small-button.tsx'

type Props = {
  sessionId: string
  messageId: string
  start: string
  /** It is gone. */
  onForgotten: () => void
  /** `mayBeGone`: it could not be heard whether it is. */
  onClose: (mayBeGone: boolean) => void
}

type Stage =
  | { name: 'asking'; preview: ForgetPreview | null }
  | { name: 'forgetting'; preview: ForgetPreview | null }
  | { name: 'done'; report: ForgetReport }
  | { name: 'failed'; problem: string }

/** Says what goes before it goes, and what went after it. */
export function ForgetDialog({ sessionId, messageId, start, onForgotten, onClose }: Props) {
  const [stage, setStage] = useState<Stage>({ name: 'asking', preview: null })
  useEffect(() => {
    let wanted = true
    previewForget(sessionId, messageId).then(
      (preview) => wanted && setStage({ name: 'asking', preview }),
      (error) => wanted && setStage({ name: 'failed', problem: sentenceOf(error) }),
    )
    return () => {
      wanted = false
    }
  }, [sessionId, messageId])

  async function forget(preview: ForgetPreview | null): Promise<void> {
    setStage({ name: 'forgetting', preview })
    try {
      const report = await forgetMessage(sessionId, messageId)
      setStage({ name: 'done', report })
    } catch (error) {
      setStage({ name: 'failed', problem: sentenceOf(error) })
    }
  }

  // The message, and this dialog with it, leaves the thread when the report was read.
  const leave = stage.name === 'done' ? onForgotten : () => onClose(stage.name === 'failed')
  const forgetting = stage.name === 'forgetting'
  return (
    <Dialog
      title={stage.name === 'done' ? 'Forgotten' : 'Forget this message?'}
      locked={forgetting}
      onClose={leave}
      className="!w-[min(28rem,calc(100vw-1.5rem))]"
    >
      <div className="relative space-y-4 overflow-y-auto px-5 pb-5 text-sm leading-relaxed">
        {stage.name === 'done' ? (
          <Report report={stage.report} />
        ) : stage.name === 'failed' ? (
          <p role="alert" className="text-danger">
            {stage.problem}
          </p>
        ) : (
          <>
            <blockquote
              dir="auto"
              className="wrap-anywhere line-clamp-3 border-line border-l-2 pl-3 text-ink-muted"
            >
              {start}
            </blockquote>
            <Preview preview={stage.preview} />
          </>
        )}
        <div className="flex justify-end gap-2 pt-1">
          {stage.name === 'asking' || forgetting ? (
            <>
              <SmallButton className="px-4 py-1.5 !text-sm" disabled={forgetting} onClick={leave}>
                Cancel
              </SmallButton>
              <SmallButton
                disabled={stage.preview === null || forgetting}
                className="!border-danger bg-danger px-4 py-1.5 font-medium !text-canvas !text-sm hover:bg-danger hover:opacity-85"
                onClick={() => void forget(stage.preview)}
              >
                Forget for good
              </SmallButton>
            </>
          ) : (
            <SmallButton className="px-4 py-1.5 !text-sm" onClick={leave}>
              Done
            </SmallButton>
          )}
        </div>
      </div>
    </Dialog>
  )
}

function Preview({ preview }: { preview: ForgetPreview | null }) {
  return (
    <div aria-busy={preview === null}>
      <p>What goes, for good and without an undo:</p>
      <ul aria-label="What goes" className="mt-1 list-disc space-y-0.5 pl-5">
        <li>this message, from the chat, the search and every prompt to come</li>
        {preview && preview.summaries > 0 && (
          <li>
            {summariesOf(preview)} it: what else {preview.summaries === 1 ? 'it' : 'they'} covered is
            summarised again
          </li>
        )}
        {preview && preview.receipts > 0 && (
          <li>
            its place in {countOf(preview.receipts, 'receipt')}: a gap says that something was forgotten
          </li>
        )}
        {preview && preview.runs > 0 && <li>the log of how it was written</li>}
      </ul>
      <p className="mt-2 text-ink-muted">
        What others said of it stays: forget those messages, too, if they repeat it.
      </p>
    </div>
  )
}

function summariesOf({ versions, summaries }: ForgetPreview): string {
  if (versions.length === 0) return `${countOf(summaries, 'summary', 'summaries')} that covered`
  const names = versions.map((number) => `v${number}`)
  const last = names.pop()
  const list = names.length > 0 ? `${names.join(', ')} and ${last}` : last
  const others = summaries - versions.length
  const rest = others > 0 ? ` and ${others} of other versions of this chat,` : ''
  return `summary ${list}${rest} that covered`
}

function Report({ report }: { report: ForgetReport }) {
  const went = [
    countOf(report.messages, 'message'),
    report.summaries > 0 && countOf(report.summaries, 'summary', 'summaries'),
    report.runs > 0 && countOf(report.runs, 'log of a reply', 'logs of replies'),
  ].filter((part) => part !== false)
  return (
    <div role="status">
      <p>
        Gone: {went.join(', ')}.
        {report.receipts > 0 && ` ${countOf(report.receipts, 'receipt')} named it: a gap stands there now.`}
      </p>
      <p className="mt-1 text-ink-muted">
        Its words are being scrubbed from the full-text index and from the files of the database.
      </p>
    </div>
  )
}
