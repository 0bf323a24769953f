'use client'

import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { late } from '#components/ui/late.tsx'

const ConnectModel = late(async () => (await import('./connect-model.tsx')).ConnectModel)
const TestConnection = late(async () => (await import('./test-connection.tsx')).TestConnection)

/** Says that no language model answers, how to connect one, and tries whether it works. */
export function ModelBanner() {
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <div role="status" className="mx-auto w-full max-w-[46rem] px-3 pt-2 sm:px-4">
      <details
        className="group rounded-2xl bg-notice-surface px-4 py-2.5 text-sm"
        open={open}
        onToggle={(event) => setOpen(event.currentTarget.open)}
      >
        <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-2 gap-y-1">
          <span className="grow text-pretty">
            <strong className="font-medium">No language model is connected.</strong> Replies quote what this
            chat remembers.
          </span>
          <span className="inline-flex items-center gap-1 font-medium text-accent">
            How to connect
            <ChevronRight size={14} className="transition-transform group-open:rotate-90" aria-hidden />
          </span>
        </summary>
        {open && (
          <div className="mt-3 space-y-3 border-line border-t pt-3 pb-1">
            <ConnectModel onMissing={close} />
            <TestConnection onMissing={close} />
          </div>
        )}
      </details>
    </div>
  )
}
