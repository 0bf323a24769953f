'use client'

import './markdown.css'
import { memo, useState, useSyncExternalStore } from 'react'
import { BlockView } from './block.tsx'
import { createMarkdownParser } from './parse.ts'
import { PlainOnError, PlainText } from './plain-text.tsx'

type Props = { text: string; streaming: boolean }

/**
 * A message as markdown. `streaming` says that `text` is still growing: what is unfinished at its end then looks as it
 * will when it is finished, and only its last block renders again. The server sends plain text, because hostile markdown
 * could keep it busy.
 */
export const Markdown = memo(function Markdown({ text, streaming }: Props) {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return (
    <div className="md">
      <PlainOnError text={text}>
        {inBrowser ? <Parsed text={text} streaming={streaming} /> : <PlainText text={text} />}
      </PlainOnError>
    </div>
  )
})

function Parsed({ text, streaming }: Props) {
  const [parser] = useState(() => createMarkdownParser())
  return parser.parse(text, streaming).map((block) => (
    <PlainOnError key={block.start} text={block.raw}>
      <BlockView block={block} />
    </PlainOnError>
  ))
}

function never(): () => void {
  return () => undefined
}
