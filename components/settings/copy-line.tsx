'use client'

import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { copyText } from '#components/ui/copy-text.ts'
import { IconButton } from '#components/ui/icon-button.tsx'

/** A line of text to be taken elsewhere. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div>
      <p className="text-ink-muted text-xs">{label}</p>
      <div className="mt-1 flex items-center gap-1 rounded-lg bg-code-surface py-1 pr-1 pl-3">
        <code className="wrap-anywhere min-w-0 grow py-1 font-mono text-xs leading-relaxed">{text}</code>
        <IconButton label={`Copy: ${label}`} onClick={() => void copyText(text).then(setCopied)}>
          {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
          <span role="status" className="sr-only">
            {copied && 'Copied.'}
          </span>
        </IconButton>
      </div>
    </div>
  )
}
