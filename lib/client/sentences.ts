import type { ChatMessageStatus } from '#lib/chat/types.ts'
import { ApiFailure } from './api.ts'

/** What went wrong, for the person. */
export const sentenceOf = (error: unknown): string =>
  error instanceof ApiFailure ? error.message : 'Something went wrong. Try again.'

/** A reply has begun: said each time, or the end of the next one would say nothing new. */
export const WRITING = 'Writing a reply.'

/** How a reply has ended, for those who hear the page and do not see it. */
export function announceEnd(status: ChatMessageStatus): string {
  switch (status) {
    case 'complete':
      return 'Reply finished.'
    case 'stopped':
      return 'Reply stopped.'
    case 'failed':
      return 'The reply failed.'
    case 'interrupted':
      return 'The reply was interrupted.'
    case 'streaming':
      return ''
    default:
      return status satisfies never
  }
}
