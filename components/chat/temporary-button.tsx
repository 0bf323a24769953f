'use client'

import { MessageCircleDashed } from 'lucide-react'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { IconButton } from '#components/ui/icon-button.tsx'

/** Begins a chat that is not remembered; pressed while one is open, and leads out of it then. */
export function TemporaryButton() {
  const router = useRouter()
  const isNewChat = usePathname() === '/'
  const isOpen = useSearchParams().has('temporary') && isNewChat
  return (
    <IconButton
      label="Temporary chat"
      aria-pressed={isOpen}
      className={isOpen ? 'bg-hover text-ink' : ''}
      onClick={() => router.push(isOpen ? '/' : '/?temporary')}
    >
      <MessageCircleDashed size={18} aria-hidden />
    </IconButton>
  )
}
