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

/** A message in a few words that leads to it. What is seen is a part of its name, so that it can be asked for by voice. */
export function JumpButton({
  to,
  children,
}: {
  to: Pick<MessageMention, 'sessionId' | 'messageId'>
  children: ReactNode
}) {
  const jump = useJump()
  return (
    <button
      type="button"
      onClick={() => jump(to)}
      className="-mx-2 relative block w-[calc(100%+1rem)] rounded-lg px-2 py-1.5 text-left transition-colors hover:bg-hover"
    >
      <span className="sr-only">Go to the message: </span>
      {children}
    </button>
  )
}
