'use client'

import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import type { MessageMention } from '#lib/chat/memory-types.ts'
import { goToMessage } from '#lib/client/go-to-message.ts'
import { setMemoryOpen } from '#lib/client/memory-panel-state.ts'

/** Goes to a message, wherever it is; over a narrow screen, what lies over it goes out of the way. */
export function useJump(): (to: Pick<MessageMention, 'sessionId' | 'messageId'>) => void {
  const router = useRouter()
  return ({ sessionId, messageId }) => {
    if (!matchMedia('(width >= 64rem)').matches) setMemoryOpen(false)
    goToMessage((path) => router.push(path), sessionId, messageId)
  }
}

/** A message in a few words that leads to it. */
export function JumpButton({
  to,
  label,
  children,
}: {
  to: Pick<MessageMention, 'sessionId' | 'messageId'>
  label: string
  children: ReactNode
}) {
  const jump = useJump()
  return (
    <button
      type="button"
      aria-label={label}
      onClick={() => jump(to)}
      className="-mx-2 block w-[calc(100%+1rem)] rounded-lg px-2 py-1.5 text-left transition-colors hover:bg-hover"
    >
      {children}
    </button>
  )
}
