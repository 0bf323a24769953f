import type { MarkedText as Pieces } from '#lib/chat/types.ts'

/** A text with what was searched for marked in it. */
export function MarkedText({ pieces }: { pieces: Pieces }) {
  let at = 0
  return pieces.map(({ text, hit }) => {
    at += text.length
    return hit ? (
      <mark key={at} className="rounded-sm bg-mark text-ink">
        {text}
      </mark>
    ) : (
      text
    )
  })
}
