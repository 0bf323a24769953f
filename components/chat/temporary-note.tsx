import { MessageCircleDashed } from 'lucide-react'

/** Marks a temporary chat for as long as it is open. */
export function TemporaryNote() {
  return (
    <p
      role="status"
      className="mx-auto flex w-fit max-w-full items-center gap-2 px-4 pt-1.5 text-pretty text-ink-muted text-sm"
    >
      <MessageCircleDashed size={15} className="shrink-0" aria-hidden />
      Temporary chat: it remembers nothing, is not listed, and is gone when you leave it.
    </p>
  )
}
