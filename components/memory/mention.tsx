import type { MessageMention } from '#lib/chat/memory-types.ts'
import { JumpButton } from './jump.tsx'
import { speakerOf, timeOf } from './memory-words.ts'

/** A message in a few words, with the way to it. */
export function Mention({ mention, elsewhere = false }: { mention: MessageMention; elsewhere?: boolean }) {
  const { role, start, createdAt } = mention
  return (
    <JumpButton to={mention}>
      <span className="flex items-baseline gap-2 text-ink-faint text-xs">
        <span className="font-medium text-ink-muted">{speakerOf(role)}</span>
        <span>{timeOf(createdAt)}</span>
        {elsewhere && <span className="rounded bg-hover px-1.5 py-px text-ink-muted">another chat</span>}
      </span>
      <span dir="auto" className="wrap-anywhere line-clamp-2 text-sm leading-snug">
        {start}
      </span>
    </JumpButton>
  )
}
