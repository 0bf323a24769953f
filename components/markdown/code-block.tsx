'use client'

import { Check, Copy } from 'lucide-react'
import { memo, useEffect, useRef, useState } from 'react'
import { copyText } from '#components/ui/copy-text.ts'
import { type CodeSpan, highlight, highlighted } from './highlight.ts'

type Props = { code: string; info: string; open: boolean }
type Colours = { code: string; spans: readonly CodeSpan[] }

/** While a block is written, its whole lines are coloured this often (ms), so that cost does not grow with each token. */
const REFRESH = 250
const COPIED_FOR = 2_000

/** A block of code with its language, a button that copies it, and colours once the highlighter is there. */
export const CodeBlock = memo(function CodeBlock({ code, info, open }: Props) {
  const label = /^[\w+#.-]{1,30}/.exec(info.trim())?.[0] ?? ''
  return (
    <div className="md-code" dir="ltr">
      <div className="md-code-bar">
        <span>{label}</span>
        <CopyCode code={code} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          <Coloured code={code} language={label.toLowerCase()} open={open} />
        </code>
      </pre>
    </div>
  )
})

function Coloured({ code, language, open }: { code: string; language: string; open: boolean }) {
  const colours = useColours(code, language, open)
  if (!colours || !code.startsWith(colours.code)) return code
  return (
    <>
      {colours.spans.map(({ text, classes }, index) =>
        classes ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place
          <span key={index} className={classes}>
            {text}
          </span>
        ) : (
          text
        ),
      )}
      {code.slice(colours.code.length)}
    </>
  )
}

/** Colours of the longest part of `code` known so far; they are replaced by better ones, never taken away. */
function useColours(code: string, language: string, open: boolean): Colours | null {
  const [colours, setColours] = useState<Colours | null>(() => {
    const spans = highlighted(code, language)
    return spans && { code, spans }
  })
  const latest = useRef(code)
  latest.current = code
  const known = colours?.code === code

  useEffect(() => {
    if (!language || open) return
    if (known) return
    return paint(code, language, setColours)
  }, [code, language, open, known])

  useEffect(() => {
    if (!language || !open) return
    let stop: (() => void) | undefined
    const timer = setInterval(() => {
      stop?.()
      stop = paint(wholeLines(latest.current), language, setColours)
    }, REFRESH)
    return () => {
      clearInterval(timer)
      stop?.()
    }
  }, [language, open])
  return colours
}

function paint(code: string, language: string, done: (colours: Colours) => void): () => void {
  let wanted = code !== ''
  void highlight(code, language).then((spans) => {
    if (wanted && spans) done({ code, spans })
  })
  return () => {
    wanted = false
  }
}

function wholeLines(code: string): string {
  return code.slice(0, code.lastIndexOf('\n') + 1)
}

function CopyCode({ code }: { code: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_FOR)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <button
      type="button"
      className="md-copy"
      aria-label={copied ? 'Code copied' : 'Copy code'}
      onClick={() => void copyText(code).then(setCopied)}
    >
      {copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
      {copied ? 'Copied' : 'Copy'}
    </button>
  )
}
