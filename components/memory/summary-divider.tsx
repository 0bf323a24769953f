'use client'

import { showSummary } from '#lib/client/memory-panel-state.ts'

/** Stands in the thread where a summary was made: all that is above it is summarised. */
export function SummaryDivider({ summaryId }: { summaryId: string }) {
  return (
    <div className="flex items-center gap-3 py-1 text-ink-faint text-xs">
      <span aria-hidden className="h-px grow bg-line" />
      <span>
        Messages above are summarised
        <span aria-hidden> · </span>
        <button
          type="button"
          aria-label="View summary"
          onClick={() => showSummary(summaryId)}
          className="rounded font-medium text-ink-muted underline decoration-line underline-offset-4 hover:text-ink hover:decoration-ink pointer-coarse:py-3"
        >
          view
        </button>
      </span>
      <span aria-hidden className="h-px grow bg-line" />
    </div>
  )
}
